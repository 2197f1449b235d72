/** The subtasks of a task, in its details. */

import { ArrowDown, ArrowUp } from "lucide-react";
import { type SubmitEvent, useEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { strings } from "../../strings/tasks";
import { Button, IconButton } from "../../ui/button";
import { TextField } from "../../ui/field";
import type { Task } from "../model";
import { addSubtask, completeTask, stepTask } from "./actions";
import { problemOfTitle } from "./limits";
import { addressOf, partToBeginAt, useOpenDetails } from "./location";
import { childrenOf } from "./places";
import styles from "./subtasks.module.css";

interface SubtasksProps {
  task: Task;
  tasks: ReadonlyMap<string, Task>;
}

export function Subtasks({ task, tasks }: SubtasksProps) {
  const words = strings.details;
  const open = useOpenDetails();
  const [title, setTitle] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const children = useMemo(() => childrenOf(tasks, task.id), [tasks, task.id]);

  useEffect(() => {
    if (partToBeginAt() !== "subtasks") return;
    // After the dialog has put the focus at its beginning.
    const frame = requestAnimationFrame(() => form.current?.querySelector("input")?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);

  function add(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const wrong = problemOfTitle(title.trim());
    setProblem(wrong);
    if (wrong !== null) return;
    addSubtask(task.id, title.trim());
    setTitle("");
  }

  return (
    <section className={styles.subtasks} aria-label={words.subtasks}>
      <h3>{words.subtasks}</h3>
      {children.length > 0 && (
        <ul className={styles.list}>
          {children.map((child, index) => (
            <li key={child.id} className={styles.row}>
              <label className={styles.check}>
                <input
                  type="checkbox"
                  checked={child.completed}
                  aria-label={child.completed ? strings.row.reopen(child.title) : strings.row.complete(child.title)}
                  onChange={() => completeTask(child.id)}
                />
              </label>
              <Link
                href={addressOf(child.id)}
                className={child.completed ? styles.done : styles.title}
                onClick={(event) => {
                  event.preventDefault();
                  open(child.id);
                }}
              >
                {child.title}
              </Link>
              <IconButton
                label={`${strings.actions.moveUp}: ${child.title}`}
                icon={<ArrowUp size={16} />}
                aria-disabled={index === 0}
                onClick={() => stepTask(child.id, "up")}
              />
              <IconButton
                label={`${strings.actions.moveDown}: ${child.title}`}
                icon={<ArrowDown size={16} />}
                aria-disabled={index === children.length - 1}
                onClick={() => stepTask(child.id, "down")}
              />
            </li>
          ))}
        </ul>
      )}
      <form ref={form} className={styles.form} onSubmit={add} noValidate>
        <TextField
          label={words.addSubtask}
          value={title}
          error={problem ?? undefined}
          autoComplete="off"
          onChange={(event) => {
            setTitle(event.target.value);
            setProblem(null);
          }}
        />
        <Button type="submit">{strings.add.button}</Button>
      </form>
    </section>
  );
}
