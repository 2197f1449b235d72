/** The tags of a task: chips, and a field for more that knows those of other tasks. */

import { X } from "lucide-react";
import { useId, useMemo, useRef, useState } from "react";
import { strings } from "../../strings/tasks";
import type { Task } from "../model";
import { tagsOf } from "../views/views";
import { patchTask } from "./actions";
import { lengthOf, TAG_LIMIT, TAGS_LIMIT } from "./limits";
import styles from "./tags_field.module.css";

interface TagsFieldProps {
  task: Task;
  tasks: ReadonlyMap<string, Task>;
}

export function TagsField({ task, tasks }: TagsFieldProps) {
  const words = strings.details;
  const id = useId();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const known = useMemo(() => tagsOf(tasks).filter(({ tag }) => !task.tags.includes(tag)), [tasks, task.tags]);

  function add(): void {
    const tag = text.trim().replace(/^#/, "");
    if (tag === "") return;
    const wrong = problemOf(tag, task.tags);
    setProblem(wrong);
    if (wrong !== null) return;
    setText("");
    if (!task.tags.includes(tag)) patchTask(task.id, { tags: [...task.tags, tag] });
  }

  function remove(tag: string): void {
    patchTask(task.id, { tags: task.tags.filter((each) => each !== tag) });
    field.current?.focus();
  }

  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {words.tags}
      </label>
      <div className={styles.box}>
        {task.tags.map((tag) => (
          <span key={tag} className={styles.tag}>
            #{tag}
            <button type="button" aria-label={words.removeTag(tag)} onClick={() => remove(tag)}>
              <X size={14} aria-hidden />
            </button>
          </span>
        ))}
        <input
          ref={field}
          id={id}
          className={styles.input}
          list={`${id}-known`}
          value={text}
          placeholder={words.addTag}
          autoCapitalize="none"
          autoComplete="off"
          aria-describedby={`${id}-hint`}
          aria-invalid={problem !== null || undefined}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "Enter" || event.key === ",") {
              event.preventDefault();
              add();
            } else if (event.key === "Backspace" && text === "") {
              const last = task.tags.at(-1);
              if (last !== undefined) remove(last);
            }
          }}
        />
        <datalist id={`${id}-known`}>
          {known.map(({ tag }) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
      </div>
      <div
        id={`${id}-hint`}
        className={problem === null ? styles.hint : styles.problem}
        role={problem ? "alert" : undefined}
      >
        {problem ?? words.tagHint}
      </div>
    </div>
  );
}

function problemOf(tag: string, tags: readonly string[]): string | null {
  if (lengthOf(tag) > TAG_LIMIT) return strings.details.tagLength(TAG_LIMIT);
  return tags.length >= TAGS_LIMIT ? strings.details.tagCount(TAGS_LIMIT) : null;
}
