/** A task's details, over the list. Everything is saved as it is changed. */

import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { strings } from "../../strings/tasks";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { CheckField, SelectField, TextArea, TextField } from "../../ui/field";
import { Notice } from "../../ui/notice";
import type { Priority, Snapshot, Task } from "../model";
import { completeTask, deleteTask, patchTask, restoreTask, stepTask } from "./actions";
import { DueFields } from "./due_fields";
import { DESCRIPTION_LIMIT, lengthOf, problemOfTitle } from "./limits";
import { useCloseDetails } from "./location";
import { Pair } from "./pair";
import { ParentField } from "./parent_field";
import { RepeatFields } from "./repeat_fields";
import { Subtasks } from "./subtasks";
import { TagsField } from "./tags_field";
import styles from "./task_details.module.css";
import { RejectionNotice } from "./task_notices";
import { moment } from "./times";
import { useDraft } from "./use_draft";

const PRIORITIES = ["none", "low", "medium", "high"] as const satisfies Priority[];

interface TaskDetailsProps {
  id: string;
  snapshot: Snapshot;
}

export default function TaskDetails({ id, snapshot }: TaskDetailsProps) {
  const close = useCloseDetails();
  const task = snapshot.tasks.get(id);
  const isComing = !task && !snapshot.complete && snapshot.connection.state === "connected";
  return (
    <Dialog title={strings.details.title} width="40rem" onClose={close}>
      {task ? (
        task.deleted_at === null ? (
          <Fields task={task} snapshot={snapshot} onDelete={close} />
        ) : (
          <InTrash task={task} onRestore={close} />
        )
      ) : (
        <p role="status">{isComing ? strings.loading : strings.notFoundTask}</p>
      )}
    </Dialog>
  );
}

/** What lies in the trash can be read, and be restored. */
function InTrash({ task, onRestore }: { task: Task; onRestore: () => void }) {
  const restore = () => {
    onRestore();
    restoreTask(task.id);
  };
  return (
    <>
      <Notice tone="warning" actions={<Button onClick={restore}>{strings.actions.restore}</Button>}>
        {strings.details.inTrash(moment(task.deleted_at ?? ""))}
      </Notice>
      <h3>{task.title}</h3>
      {task.description !== null && <p className={styles.description}>{task.description}</p>}
    </>
  );
}

function Fields({ task, snapshot, onDelete }: { task: Task; snapshot: Snapshot; onDelete: () => void }) {
  const words = strings.details;
  const { id } = task;
  const { tasks } = snapshot;
  const rejections = snapshot.rejections.filter(({ change }) => "id" in change && change.id === id);
  const title = useDraft(
    task.title,
    (text) => patchTask(id, { title: text.trim() }),
    (text) => problemOfTitle(text.trim()),
  );
  const description = useDraft(
    task.description ?? "",
    (text) => patchTask(id, { description: text === "" ? null : text }),
    (text) => (lengthOf(text) > DESCRIPTION_LIMIT ? words.tooLong(DESCRIPTION_LIMIT) : null),
  );
  const drafts = [title, description];
  const state = drafts.some(({ problem }) => problem !== null)
    ? "unsaved"
    : drafts.some(({ dirty }) => dirty)
      ? "saving"
      : stateOf(id, snapshot);

  return (
    <div className={styles.fields}>
      {rejections.map((rejection) => (
        <RejectionNotice key={rejection.number} rejection={rejection} />
      ))}
      <TextField
        label={words.name}
        value={title.text}
        error={title.problem ?? undefined}
        onChange={(event) => title.change(event.target.value)}
        onBlur={title.flush}
        onKeyDown={(event) => event.key === "Enter" && !event.nativeEvent.isComposing && title.flush()}
      />
      <CheckField label={words.completed} checked={task.completed} onChange={() => completeTask(id)} />
      <TextArea
        label={words.description}
        rows={4}
        value={description.text}
        error={description.problem ?? undefined}
        hint={words.left(lengthOf(description.text), DESCRIPTION_LIMIT)}
        onChange={(event) => description.change(event.target.value)}
        onBlur={description.flush}
      />
      <DueFields task={task} />
      <RepeatFields task={task} />
      <Pair>
        <SelectField
          label={words.priority}
          value={task.priority}
          onChange={(event) => patchTask(id, { priority: event.target.value as Priority })}
        >
          {PRIORITIES.map((priority) => (
            <option key={priority} value={priority}>
              {strings.actions.priority[priority]}
            </option>
          ))}
        </SelectField>
        <TagsField task={task} tasks={tasks} />
      </Pair>
      <ParentField task={task} tasks={tasks} />
      <Subtasks task={task} tasks={tasks} />
      <div className={styles.buttons}>
        <Button onClick={() => stepTask(id, "up")}>
          <ArrowUp size={18} aria-hidden />
          {strings.actions.moveUp}
        </Button>
        <Button onClick={() => stepTask(id, "down")}>
          <ArrowDown size={18} aria-hidden />
          {strings.actions.moveDown}
        </Button>
        <Button
          variant="danger"
          onClick={() => {
            onDelete();
            deleteTask(id);
          }}
        >
          <Trash2 size={18} aria-hidden />
          {strings.actions.delete}
        </Button>
      </div>
      <p className={styles.times}>
        <span>{words.created(moment(task.created_at))}</span>
        <span>{words.changed(moment(task.updated_at))}</span>
        {task.completed_at !== null && <span>{words.wasCompleted(moment(task.completed_at))}</span>}
        <span className={styles.state} role="status" data-saving={state}>
          {words[state]}
        </span>
      </p>
    </div>
  );
}

function stateOf(
  id: string,
  { conflicts, pending, connection }: Snapshot,
): "saved" | "saving" | "waiting" | "conflict" {
  if (conflicts.some(({ change }) => "id" in change && change.id === id)) return "conflict";
  if (!pending.has(id)) return "saved";
  return connection.state === "connected" ? "saving" : "waiting";
}
