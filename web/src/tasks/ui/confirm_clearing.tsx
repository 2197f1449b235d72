/** Asks before tasks are deleted for good, and before all completed ones go to the trash. */

import { strings } from "../../strings/tasks";
import { ConfirmDialog } from "../../ui/dialog";
import type { Task } from "../model";
import { taskStore } from "../use_tasks";
import { purgeTask, tell } from "./actions";

export type Asked =
  | { kind: "purge"; task: Task }
  | { kind: "empty_trash"; count: number }
  | { kind: "delete_completed"; count: number };

/** What can be asked about all tasks of a kind, with how many there are now. */
export function asking(kind: "empty_trash" | "delete_completed"): Asked {
  let count = 0;
  for (const { deleted_at, completed } of taskStore().snapshot().tasks.values()) {
    if (kind === "empty_trash" ? deleted_at !== null : completed && deleted_at === null) count++;
  }
  return { kind, count };
}

interface ConfirmClearingProps {
  asked: Asked | null;
  onClose: () => void;
  /** It was confirmed, and is done. */
  onDone: (asked: Asked) => void;
}

export function ConfirmClearing({ asked, onClose, onDone }: ConfirmClearingProps) {
  if (asked === null) return null;
  const { title, text, confirm, done } = wordsFor(asked);
  return (
    <ConfirmDialog
      title={title}
      confirm={confirm}
      danger
      onClose={onClose}
      onConfirm={() => {
        onClose();
        if (asked.kind === "purge") purgeTask(asked.task.id);
        else {
          taskStore().dispatch({ kind: asked.kind });
          tell(done);
        }
        onDone(asked);
      }}
    >
      <p>{text}</p>
    </ConfirmDialog>
  );
}

function wordsFor(asked: Asked): { title: string; text: string; confirm: string; done: string } {
  const { trash, completed, said, actions } = strings;
  switch (asked.kind) {
    case "purge":
      return {
        title: trash.purgeTitle,
        text: trash.purge(asked.task.title),
        confirm: actions.purge,
        done: said.purged(asked.task.title),
      };
    case "empty_trash":
      return {
        title: trash.emptyTitle,
        text: trash.empty(asked.count),
        confirm: trash.emptyConfirm(asked.count),
        done: said.trashEmptied,
      };
    case "delete_completed":
      return {
        title: completed.clearTitle,
        text: completed.clear(asked.count),
        confirm: completed.clearConfirm(asked.count),
        done: said.completedCleared(asked.count),
      };
  }
}
