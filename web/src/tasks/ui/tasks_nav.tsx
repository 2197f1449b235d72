/** The navigation of the tasks pages: the lists, and the tags, with how many tasks each has. */

import { CalendarClock, CalendarDays, CircleCheck, Hash, Inbox, Trash2 } from "lucide-react";
import { memo, useId } from "react";
import { NavLink, NavLinks } from "../../shell/nav_link";
import { strings } from "../../strings/tasks";
import { type counts, type tagsOf, urlOfView, type View, viewFromUrl } from "../views/views";
import styles from "./tasks_nav.module.css";

const ICONS = { all: Inbox, today: CalendarDays, upcoming: CalendarClock, completed: CircleCheck, trash: Trash2 };
export const LIST_NAMES = ["all", "today", "upcoming", "completed", "trash"] as const satisfies View["list"][];

interface TasksNavProps {
  /** The list that is shown; null when none is. */
  view: View | null;
  counts: ReturnType<typeof counts>;
  tags: ReturnType<typeof tagsOf>;
}

export const TasksNav = memo(function TasksNav({ view, counts, tags }: TasksNavProps) {
  const heading = useId();
  const [tag] = view?.list === "all" ? view.tags : [];
  return (
    <>
      <NavLinks>
        {LIST_NAMES.map((list) => {
          const Icon = ICONS[list];
          return (
            <NavLink
              key={list}
              href={`/${list}`}
              icon={<Icon size={18} aria-hidden />}
              label={strings.lists[list]}
              count={list === "completed" ? 0 : counts[list]}
              current={view?.list === list && tag === undefined}
            />
          );
        })}
      </NavLinks>
      {tags.length > 0 && (
        <section aria-labelledby={heading}>
          <h2 id={heading} className={styles.heading}>
            {strings.tags}
          </h2>
          <NavLinks>
            {tags.map(({ tag: name, count }) => (
              <NavLink
                key={name}
                href={addressOfTag(name)}
                icon={<Hash size={16} aria-hidden />}
                label={name}
                count={count}
                current={name === tag}
              />
            ))}
          </NavLinks>
        </section>
      )}
    </>
  );
});

/** The address of the list of all open tasks with a tag. */
export function addressOfTag(tag: string): string {
  return urlOfView({ ...viewFromUrl("/all", ""), tags: [tag] });
}
