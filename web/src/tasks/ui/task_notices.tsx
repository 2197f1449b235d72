/** What needs the person's attention: changes that collide with others, and changes that were taken back. */

import { lazy, Suspense, useState } from "react";
import { strings } from "../../strings/tasks";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import type { Change, Conflict, Rejection, Task } from "../model";
import { taskStore } from "../use_tasks";

const ConflictDialog = lazy(() => import("./conflict_dialog"));

interface TaskNoticesProps {
  conflicts: readonly Conflict[];
  rejections: readonly Rejection[];
  tasks: ReadonlyMap<string, Task>;
}

export function TaskNotices({ conflicts, rejections, tasks }: TaskNoticesProps) {
  const [choosing, setChoosing] = useState(false);
  return (
    <>
      {conflicts.length > 0 && (
        <Notice tone="warning" actions={<Button onClick={() => setChoosing(true)}>{strings.conflicts.choose}</Button>}>
          {strings.conflicts.notice(conflicts.length)}
        </Notice>
      )}
      {rejections.map((rejection) => (
        <RejectionNotice key={rejection.number} rejection={rejection} />
      ))}
      <Suspense>
        {choosing && <ConflictDialog conflicts={conflicts} tasks={tasks} onClose={() => setChoosing(false)} />}
      </Suspense>
    </>
  );
}

/** Why a change was taken back. */
export function RejectionNotice({ rejection }: { rejection: Rejection }) {
  const { number, change, title, reason } = rejection;
  return (
    <Notice
      tone="error"
      actions={<Button onClick={() => taskStore().dismiss(number)}>{strings.rejections.dismiss}</Button>}
    >
      {strings.rejections.takenBack(describeChange(change, title ?? ""), reason)}
    </Notice>
  );
}

function describeChange(change: Change, title: string): string {
  const { what } = strings.rejections;
  switch (change.kind) {
    case "delete_completed":
    case "empty_trash":
      return what[change.kind];
    case "complete":
      return change.completed ? what.complete(title) : what.reopen(title);
    default:
      return what[change.kind](title);
  }
}
