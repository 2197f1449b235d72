/** What concerned the account's safety. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { account } from "../strings/account";
import { announce } from "../ui/announcer";
import { Button } from "../ui/button";
import styles from "./account.module.css";
import { deviceName } from "./device";
import { Loaded } from "./loaded";
import { nextCursor } from "./pages";
import { Section } from "./section";
import { When } from "./when";

type SecurityEvent = components["schemas"]["SecurityEvent"];

const words = account.events;
const PAGE = 25;

export function EventsPage() {
  const query = useInfiniteQuery({
    queryKey: ["events"],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: cursor }) => {
      const { data, response } = await unwrap(
        api.GET("/account/events", { params: { query: { limit: PAGE, cursor } } }),
      );
      return { events: data, next: nextCursor(response) };
    },
    getNextPageParam: ({ next }) => next,
  });

  async function more(): Promise<void> {
    const { data } = await query.fetchNextPage();
    if (data) announce(words.shown(data.pages.flatMap(({ events }) => events).length));
  }

  return (
    <Section>
      <p>{words.about}</p>
      <Loaded query={query}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.events);
          if (events.length === 0) return <p>{words.none}</p>;
          return (
            <>
              <ol className={styles.list}>
                {events.map((event) => (
                  <Line key={event.id} event={event} />
                ))}
              </ol>
              {query.hasNextPage && (
                <Button busy={query.isFetchingNextPage} onClick={() => void more()}>
                  {words.more}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Line({ event }: { event: SecurityEvent }) {
  return (
    <li className={styles.item}>
      <div className={styles.facts}>
        <span className={styles.name}>
          {words.type[event.type]}
          {event.reason && `, ${words.reason[event.reason]}`}
        </span>
        <span className={styles.soft}>
          <When at={event.created_at} exactly />
        </span>
        <span className={styles.soft} title={event.user_agent}>
          {deviceName(event.user_agent)}, {words.from} {event.ip}
        </span>
      </div>
    </li>
  );
}
