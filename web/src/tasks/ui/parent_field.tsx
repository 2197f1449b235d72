/** The task that a task is a subtask of, found by its title. */

import { X } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { strings } from "../../strings/tasks";
import { IconButton } from "../../ui/button";
import type { Task } from "../model";
import { folded } from "../views/fold";
import { setParent } from "./actions";
import styles from "./parent_field.module.css";
import { levelsBelow, lineAbove, MAX_LEVELS } from "./places";

const SHOWN = 8;

interface ParentFieldProps {
  task: Task;
  tasks: ReadonlyMap<string, Task>;
}

export function ParentField({ task, tasks }: ParentFieldProps) {
  const words = strings.details;
  const id = useId();
  const [text, setText] = useState("");
  const parent = task.parent_id === null ? undefined : tasks.get(task.parent_id);
  const found = useMemo(() => (text.trim() === "" ? [] : candidates(task, tasks, text)), [task, tasks, text]);

  function choose(parentId: string | null): void {
    setParent(task.id, parentId);
    setText("");
  }

  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {words.parent}
      </label>
      <div className={styles.line}>
        <span className={styles.parent}>{parent?.title ?? words.noParent}</span>
        {parent && <IconButton label={words.clearParent} icon={<X size={18} />} onClick={() => choose(null)} />}
      </div>
      <input
        id={id}
        type="search"
        className={styles.input}
        placeholder={words.chooseParent}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || text === "") return;
          // It clears the search first, and closes the dialog when there is none.
          event.stopPropagation();
          setText("");
        }}
      />
      {text.trim() !== "" && found.length === 0 && <p role="status">{words.noSuchParent}</p>}
      {found.length > 0 && (
        <ul className={styles.found}>
          {found.map((each) => (
            <li key={each.id}>
              <button type="button" className={styles.choice} onClick={() => choose(each.id)}>
                {each.title}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Open tasks that it could be a subtask of. */
function candidates(task: Task, tasks: ReadonlyMap<string, Task>, text: string): Task[] {
  const wanted = folded(text.trim());
  const found: Task[] = [];
  for (const each of tasks.values()) {
    if (each.completed || each.deleted_at !== null || each.id === task.id || each.id === task.parent_id) continue;
    if (!folded(each.title).includes(wanted) || lineAbove(tasks, each.id).includes(task.id)) continue;
    if (levelsBelow(tasks, task.id, each.id) > MAX_LEVELS) continue;
    found.push(each);
    if (found.length === SHOWN) break;
  }
  return found;
}
