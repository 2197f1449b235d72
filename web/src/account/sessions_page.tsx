/** Everywhere that the user is signed in, and how to end that. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { signOut } from "../session/session";
import { account } from "../strings/account";
import { shell } from "../strings/shell";
import { useSnapshot } from "../tasks/use_tasks";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { toast } from "../ui/toasts";
import styles from "./account.module.css";
import { useAction } from "./action";
import { useChanged } from "./changed";
import { deviceName } from "./device";
import { Loaded } from "./loaded";
import { Problem } from "./problem";
import { sessionsQuery } from "./queries";
import { Section } from "./section";
import { When } from "./when";

type Session = components["schemas"]["Session"];
type Ending = "current" | "others" | "all";

const words = account.sessions;
const ENDINGS: Record<Ending, { title: string; text: string; confirm: string }> = {
  current: { title: words.endCurrentTitle, text: words.endCurrentText, confirm: words.signOut },
  others: { title: words.othersTitle, text: words.othersText, confirm: words.others },
  all: { title: words.allTitle, text: words.allText, confirm: words.all },
};

export function SessionsPage() {
  const query = useQuery(sessionsQuery);
  const [ending, setEnding] = useState<Ending | null>(null);
  return (
    <Section>
      <p>{words.about}</p>
      <Loaded query={query}>
        {(sessions) => (
          <>
            <ul className={styles.list}>
              {sessions.map((session) => (
                <Line key={session.id} session={session} onEndCurrent={() => setEnding("current")} />
              ))}
            </ul>
            {sessions.length === 1 && <p className={styles.soft}>{words.none}</p>}
            <div className={styles.row}>
              {sessions.length > 1 && <Button onClick={() => setEnding("others")}>{words.others}</Button>}
              <Button variant="danger" onClick={() => setEnding("all")}>
                {words.all}
              </Button>
            </div>
          </>
        )}
      </Loaded>
      {ending && <EndDialog ending={ending} onClose={() => setEnding(null)} />}
    </Section>
  );
}

interface LineProps {
  session: Session;
  onEndCurrent: () => void;
}

function Line({ session, onEndCurrent }: LineProps) {
  const { question, ...action } = useAction();
  const changed = useChanged();
  const device = deviceName(session.user_agent);
  const end = () =>
    action.run(async () => {
      await unwrap(api.DELETE("/auth/sessions/{id}", { params: { path: { id: session.id } } }));
      changed("sessions");
      toast(words.ended);
    });
  return (
    <li className={styles.item}>
      <div className={styles.facts}>
        <span className={styles.row}>
          <span className={styles.name}>{device}</span>
          {session.current && <span className={`${styles.badge} ${styles.good}`}>{words.current}</span>}
        </span>
        <span className={styles.soft}>
          {words.from} {session.ip}
        </span>
        <span className={styles.soft}>
          {words.lastUsed} <When at={session.last_used_at} />
        </span>
        <details className={`${styles.soft} ${styles.details}`}>
          <summary>{words.details}</summary>
          <p>
            {words.signedIn} <When at={session.created_at} exactly />
          </p>
          <p>
            {words.expires} <When at={session.expires_at} />
          </p>
          {session.user_agent && (
            <p>
              {words.userAgent} “{session.user_agent}”
            </p>
          )}
        </details>
        <Problem {...action} />
      </div>
      <Button busy={action.busy} aria-label={words.endOf(device)} onClick={session.current ? onEndCurrent : end}>
        {words.end}
      </Button>
      {question}
    </li>
  );
}

interface EndDialogProps {
  ending: Ending;
  onClose: () => void;
}

function EndDialog({ ending, onClose }: EndDialogProps) {
  const { question, ...action } = useAction();
  const changed = useChanged();
  const { queued } = useSnapshot();
  const { title, text, confirm } = ENDINGS[ending];

  const end = () =>
    action.run(async () => {
      if (ending === "others") {
        await unwrap(api.DELETE("/auth/sessions", { params: { query: { keep: "current" } } }));
        changed("sessions");
        toast(words.othersEnded);
        onClose();
        return;
      }
      if (ending === "all") await unwrap(api.DELETE("/auth/sessions"));
      await signOut();
    });

  return (
    <ConfirmDialog
      title={title}
      confirm={confirm}
      danger={ending !== "current"}
      busy={action.busy}
      onConfirm={end}
      onClose={onClose}
    >
      <p>{text}</p>
      {ending !== "others" && queued > 0 && <p>{shell.unsent(queued)}</p>}
      <Problem {...action} />
      {question}
    </ConfirmDialog>
  );
}
