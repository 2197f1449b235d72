/** The line above a list: how many tasks there are, and what can be done to all of them. */

import { strings } from "../../strings/tasks";
import { Button } from "../../ui/button";
import type { View } from "../views/views";
import { type Asked, asking } from "./confirm_clearing";
import styles from "./list_tools.module.css";

interface ListToolsProps {
  view: View;
  /** How many tasks are in the list. */
  shown: number;
  /** Whether all there is was read from the service. */
  complete: boolean;
  onAsk: (asked: Asked) => void;
}

export function ListTools({ view, shown, complete, onAsk }: ListToolsProps) {
  return (
    <div className={styles.line}>
      <span className={styles.count} data-count>
        {strings.tasks(shown)}
      </span>
      {!complete && shown > 0 && <span className={styles.note}>{strings.more}</span>}
      {view.list === "trash" && <span className={styles.note}>{strings.trash.note}</span>}
      {view.list === "completed" && shown > 0 && (
        <Button onClick={() => onAsk(asking("delete_completed"))}>{strings.actions.clearCompleted}</Button>
      )}
      {view.list === "trash" && shown > 0 && (
        <Button variant="danger" onClick={() => onAsk(asking("empty_trash"))}>
          {strings.actions.emptyTrash}
        </Button>
      )}
    </div>
  );
}
