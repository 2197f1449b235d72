/** Whether a change can still be made to what the service has by now. */

import type { Change, Conflict, Task } from "../model";
import { isLive } from "./apply";
import { type Collidable, differing, MEMBERS, type Member, membersOf, same } from "./fields";
import { Held, type Queued } from "./outbox";

export type Verdict =
  | { kind: "send" }
  /** The service has what it asks for: the answer was lost, or somebody else wanted the same. */
  | { kind: "done" }
  /** Its task has to be brought back from the trash first. */
  | { kind: "revive" }
  | { kind: "conflict"; members: Collidable[] };

/** Where a task stands among others says nothing about whether it may be deleted. */
const CONTENT: readonly Collidable[] = [...MEMBERS.filter((member) => member !== "order"), "completed"];

const SEND: Verdict = { kind: "send" };
const DONE: Verdict = { kind: "done" };
const DELETED: Verdict = { kind: "conflict", members: [] };

/**
 * What was changed elsewhere is told from what the person saw, member by member: who changed the same to something else
 * is in conflict, whatever the versions in between.
 *
 * @param find the task as the service has it, as far as is known here.
 */
export function judge(entry: Queued, find: (id: string) => Task | undefined): Verdict {
  const { change } = entry;
  if (change.kind === "delete_completed") {
    return entry.ids.some((id) => isIn(find(id), (task) => isLive(task) && task.completed)) ? SEND : DONE;
  }
  if (change.kind === "empty_trash") {
    return entry.ids.some((id) => isIn(find(id), (task) => !isLive(task))) ? SEND : DONE;
  }
  const theirs = find(change.id);
  switch (change.kind) {
    case "create":
      return theirs ? DONE : SEND;
    case "purge":
      if (!theirs) return DONE;
      return isLive(theirs) ? overwriting(entry, theirs) : SEND;
    case "delete":
      return theirs && isLive(theirs) ? overwriting(entry, theirs) : DONE;
    case "restore":
      if (!theirs) return DELETED;
      return isLive(theirs) ? DONE : SEND;
    case "complete":
      if (!theirs || !isLive(theirs)) return theirs && entry.revives ? { kind: "revive" } : DELETED;
      return theirs.completed === change.completed ? DONE : SEND;
    case "patch":
      if (!theirs || !isLive(theirs)) return theirs && entry.revives ? { kind: "revive" } : DELETED;
      return patching(entry, change.patch, theirs);
  }
}

/**
 * The first change that can be sent now, and the conflicts that somebody has to end. What depends on a change that
 * cannot be sent waits with it; all else goes on.
 */
export function sorted(
  entries: readonly Queued[],
  find: (id: string) => Task | undefined,
  passedOver: ReadonlySet<number> = new Set(),
): { next: Queued | null; conflicts: Conflict[] } {
  const held = new Held();
  const conflicts: Conflict[] = [];
  let next: Queued | null = null;
  for (const entry of entries) {
    if (entry.state === "rejected") continue;
    if (entry.state !== "sent" && !passedOver.has(entry.number) && !held.concerns(entry)) {
      const verdict = judge(entry, find);
      if (verdict.kind === "conflict") conflicts.push(conflict(entry, find, verdict.members));
      else next ??= entry;
    }
    // What depends on it is judged once this one is through.
    held.add(entry);
  }
  return { next, conflicts };
}

/** The task as a change left it here; null when it deleted it. */
export function mine({ change, before }: Queued): Task | null {
  if (!before || change.kind === "delete" || change.kind === "purge") return null;
  if (change.kind === "patch") return { ...before, ...change.patch };
  if (change.kind === "complete") return { ...before, completed: change.completed };
  return change.kind === "restore" ? { ...before, deleted_at: null } : before;
}

function conflict(entry: Queued, find: (id: string) => Task | undefined, members: Collidable[]): Conflict {
  const theirs = "id" in entry.change ? (find(entry.change.id) ?? null) : null;
  return { number: entry.number, change: entry.change, mine: mine(entry), theirs, members };
}

function patching({ before }: Queued, patch: (Change & { kind: "patch" })["patch"], theirs: Task): Verdict {
  const open = differing(patch, theirs, membersOf(patch)) as Member[];
  if (open.length === 0) return DONE;
  const members = open.filter((member) => before && !same(before, theirs, member));
  return members.length > 0 ? { kind: "conflict", members } : SEND;
}

function overwriting({ before }: Queued, theirs: Task): Verdict {
  if (!before || !isLive(before)) return DELETED;
  const members = differing(before, theirs, CONTENT);
  return members.length > 0 ? { kind: "conflict", members } : SEND;
}

function isIn(task: Task | undefined, selection: (task: Task) => boolean): boolean {
  return task !== undefined && selection(task);
}
