/** How a conflict ends. */

import type { Task } from "../model";
import { isLive } from "./apply";
import { mine } from "./conflicts";
import type { Writing } from "./database";
import { fieldsOf } from "./fields";
import { afterYielding, type Draft, dependents, type Queued, renamed } from "./outbox";

/** What was changed elsewhere stays, and the change made here is given up. */
export function yielding(entry: Queued, theirs: Task | undefined, later: readonly Queued[]): Writing {
  if (!theirs || !isLive(theirs)) {
    return { removed: [entry, ...dependents(entry, later)].map((each) => each.number) };
  }
  const { put, remove } = afterYielding(entry, theirs, later);
  return { put, removed: [entry.number, ...remove] };
}

/**
 * The change made here is sent over the version that is known now.
 *
 * @param newId for the task that is made anew when the former one is gone: the service gives no id twice.
 */
export function insisting(entry: Queued, theirs: Task | undefined, later: readonly Queued[], newId: string): Writing {
  if (theirs) return { put: [{ ...entry, before: { ...theirs, deleted_at: null }, revives: !isLive(theirs) }] };
  const task = mine(entry);
  if (!task || !("id" in entry.change)) return { removed: [entry.number] };
  const { id } = entry.change;
  const change = { kind: "create", id: newId, fields: { ...fieldsOf(task), parent_id: null } } as const;
  const anew: Queued = { ...entry, change, before: null, line: [newId], state: "waiting" };
  return {
    put: [anew, ...later.map((each) => renamed(each, id, newId))],
    add: task.completed ? [completing(anew, task)] : [],
  };
}

function completing(entry: Queued, task: Task): Draft {
  const { number: _, ...draft } = entry;
  const id = entry.line[0] ?? "";
  return { ...draft, change: { kind: "complete", id, completed: true }, before: { ...task, id, completed: false } };
}
