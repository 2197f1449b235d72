/** A task's title, edited where it stands: Enter and leaving it save, Escape gives up. */

import { useRef, useState } from "react";
import { strings } from "../../strings/tasks";
import { toast } from "../../ui/toasts";
import type { Task } from "../model";
import { patchTask } from "./actions";
import { problemOfTitle } from "./limits";
import styles from "./title_editor.module.css";

interface TitleEditorProps {
  task: Task;
  /** It is over; with `refocus` the keyboard goes on at the row. */
  onEnd: (refocus: boolean) => void;
}

export function TitleEditor({ task, onEnd }: TitleEditorProps) {
  const [text, setText] = useState(task.title);
  const over = useRef(false);

  function end(save: boolean, refocus: boolean): void {
    if (over.current) return;
    const title = text.trim();
    const problem = save ? problemOfTitle(title) : null;
    if (problem !== null) {
      // Who goes on typing can mend it; who leaves gets the former title back.
      toast(problem, { error: true });
      if (refocus) return;
    } else if (save && title !== task.title) patchTask(task.id, { title });
    over.current = true;
    onEnd(refocus);
  }

  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: whoever asked to edit it goes on typing.
      autoFocus
      className={styles.input}
      aria-label={strings.row.title}
      aria-invalid={problemOfTitle(text.trim()) !== null || undefined}
      value={text}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => end(true, false)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") end(true, true);
        else if (event.key === "Escape") end(false, true);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
