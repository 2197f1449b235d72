/** What needs the person's attention: changes that collide with others, and changes that were taken back. */

import { useEffect, useState } from "react";
import { strings } from "../../strings/tasks";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { part } from "../../ui/part";
import { tellMissing } from "../../ui/toasts";
import type { Change, Conflict, Rejection, Task } from "../model";
import { taskStore } from "../use_tasks";

const ConflictDialog = part(() => import("./conflict_dialog"), tellMissing);

/** So many are shown at a time. */
const MOST = 3;

interface TaskNoticesProps {
  conflicts: readonly Conflict[];
  rejections: readonly Rejection[];
  tasks: ReadonlyMap<string, Task>;
}

export function TaskNotices({ conflicts, rejections, tasks }: TaskNoticesProps) {
  const [choosing, setChoosing] = useState(false);
  const none = conflicts.length === 0;
  // Another tab may have ended them. The next one does not open the dialog by itself.
  useEffect(() => {
    if (none) setChoosing(false);
  }, [none]);

  function dismissAll(): void {
    for (const { number } of rejections) taskStore().dismiss(number);
  }

  return (
    <>
      {conflicts.length > 0 && (
        <Notice tone="warning" actions={<Button onClick={() => setChoosing(true)}>{strings.conflicts.choose}</Button>}>
          {strings.conflicts.notice(conflicts.length)}
        </Notice>
      )}
      {rejections.slice(0, MOST).map((rejection) => (
        <RejectionNotice key={rejection.number} rejection={rejection} />
      ))}
      {rejections.length > MOST && (
        <Notice tone="error" actions={<Button onClick={dismissAll}>{strings.rejections.dismissAll}</Button>}>
          {strings.rejections.more(rejections.length - MOST)}
        </Notice>
      )}
      {choosing && <ConflictDialog conflicts={conflicts} tasks={tasks} onClose={() => setChoosing(false)} />}
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
