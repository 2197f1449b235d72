/** What stands in place of a list: that it is being loaded, or that nothing is in it. */

import { strings } from "../../strings/tasks";
import type { View } from "../views/views";
import styles from "./states.module.css";

const LINES = ["62%", "38%", "51%", "44%", "57%"];

export function Skeleton() {
  return (
    <div role="status">
      <span className="visually-hidden">{strings.loading}</span>
      {LINES.map((width) => (
        <div key={width} className={styles.line} aria-hidden="true">
          <span className={styles.box} />
          <span className={styles.bar} style={{ width }} />
        </div>
      ))}
    </div>
  );
}

interface EmptyStateProps {
  view: View;
  /** Whether all there is was read from the service; if not, nobody knows that there is nothing. */
  complete: boolean;
}

export function EmptyState({ view, complete }: EmptyStateProps) {
  const [title, text] = complete ? wordsFor(view) : strings.empty.unread;
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      <p>{text}</p>
    </div>
  );
}

function wordsFor({ list, tags, priorities, due, q }: View): string[] {
  const isTag = list === "all" && tags.length === 1;
  const isFiltered = priorities.length > 0 || due !== "any" || q.trim() !== "" || (tags.length > 0 && !isTag);
  if (isFiltered) return strings.empty.filtered;
  return isTag ? strings.empty.tag : strings.empty[list];
}
