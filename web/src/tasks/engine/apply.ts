/** What each change does to tasks: the same as the service makes of it, as far as that can be known here. */

import type { Change, Task } from "../model";
import { differing, explicit, membersOf } from "./fields";
import { lineOf, type Tasks, withBelow } from "./trees";

/** A change, and what is needed to make it again with the same result. */
export interface Step {
  readonly change: Change;
  /** When it was made (RFC 3339); no two changes share it, so it tells what was completed or deleted together. */
  readonly at: string;
  /** Which tasks it takes: of a change to one task all that go along, of a change to many each with what is below it. */
  readonly ids: readonly string[];
}

/** Applied again to its own result, a change changes nothing more. */
export function apply(tasks: Tasks, { change, at, ids }: Step): void {
  switch (change.kind) {
    case "create":
      if (!tasks.get(change.id)) tasks.set(change.id, made(change, at));
      return;
    case "delete_completed":
      for (const id of ids) {
        const task = tasks.get(id);
        if (task && isDone(tasks, task)) trash(tasks, task, at);
      }
      return;
    case "empty_trash":
      for (const id of ids) {
        const task = tasks.get(id);
        if (task && !isLive(task)) purge(tasks, task);
      }
      return;
  }
  const task = tasks.get(change.id);
  if (!task) return;
  if (change.kind === "purge") purge(tasks, task);
  else if (change.kind === "restore") restore(tasks, task);
  else if (!isLive(task)) return;
  else if (change.kind === "delete") trash(tasks, task, at);
  else if (change.kind === "complete") complete(tasks, task, change.completed, at);
  else if (differing(change.patch, task, membersOf(change.patch)).length > 0) {
    tasks.set(task.id, { ...task, ...change.patch, updated_at: at });
  }
}

/** Whether a change would change anything. */
export function takesEffect(tasks: Tasks, change: Change): boolean {
  if (change.kind === "delete_completed" || change.kind === "empty_trash") return taken(tasks, change).length > 0;
  const task = tasks.get(change.id);
  if (change.kind === "create") return !task;
  if (!task) return false;
  if (change.kind === "purge") return true;
  if (change.kind === "restore") return !isLive(task);
  if (!isLive(task)) return false;
  if (change.kind === "complete") return task.completed !== change.completed;
  return change.kind === "delete" || membersOf(explicit(change.patch, task)).length > 0;
}

/**
 * The same, once the service has it and while what it did there is coming in: some of its tasks can be as they are to be
 * while others are not, and no rule would take those along any more.
 */
export function applySent(tasks: Tasks, step: Step): void {
  const { change, at, ids } = step;
  if (!("id" in change) || change.kind === "create" || change.kind === "patch") {
    apply(tasks, step);
    return;
  }
  for (const id of ids) {
    const task = tasks.get(id);
    if (!task) continue;
    if (change.kind === "purge") tasks.set(id, undefined);
    else if (change.kind === "restore") restore(tasks, task);
    else if (!isLive(task)) continue;
    else if (change.kind === "delete") tasks.set(id, { ...task, deleted_at: at });
    else if (task.completed !== change.completed) {
      tasks.set(id, { ...task, completed: change.completed, completed_at: change.completed ? at : null });
    }
  }
}

/** Which tasks a change takes. */
export function taken(tasks: Tasks, change: Change): string[] {
  if ("id" in change) {
    const ids: string[] = [];
    apply(
      {
        get: (id) => tasks.get(id),
        values: () => tasks.values(),
        children: (id) => tasks.children(id),
        set: (id) => ids.push(id),
      },
      { change, at: "", ids },
    );
    return [...new Set(ids)];
  }
  if (change.kind === "empty_trash") return [...tasks.values()].filter((task) => !isLive(task)).map((task) => task.id);
  // What hangs below another one that is taken goes along with it.
  return [...tasks.values()].filter((task) => isDone(tasks, task) && !hasDoneAbove(tasks, task)).map((task) => task.id);
}

/** Neither in the trash nor on the way there. */
export function isLive(task: Task): boolean {
  return task.deleted_at === null;
}

function made({ id, fields }: Change & { kind: "create" }, at: string): Task {
  return {
    ...fields,
    id,
    url: "",
    title: fields.title.trim(),
    completed: false,
    completed_at: null,
    version: 0,
    created_at: at,
    updated_at: at,
    deleted_at: null,
  };
}

function complete(tasks: Tasks, task: Task, completed: boolean, at: string): void {
  if (task.completed === completed) return;
  const since = task.completed_at;
  for (const each of withBelow(tasks, task, isLive)) {
    if (completed && !each.completed) {
      tasks.set(each.id, { ...each, completed, completed_at: at, updated_at: at });
    } else if (!completed && each.completed_at === since) {
      tasks.set(each.id, { ...each, completed, completed_at: null, updated_at: at });
    }
  }
}

function trash(tasks: Tasks, task: Task, at: string): void {
  for (const each of withBelow(tasks, task, isLive)) tasks.set(each.id, { ...each, deleted_at: at, updated_at: at });
}

function restore(tasks: Tasks, task: Task): void {
  if (isLive(task)) return;
  for (const each of withWhatWentAlong(tasks, task)) tasks.set(each.id, { ...each, deleted_at: null });
  const parent = task.parent_id === null ? undefined : tasks.get(task.parent_id);
  if (!parent || !isLive(parent)) tasks.set(task.id, { ...task, deleted_at: null, parent_id: null });
}

function purge(tasks: Tasks, task: Task): void {
  const all = isLive(task) ? withBelow(tasks, task, isLive) : withWhatWentAlong(tasks, task);
  for (const each of all) tasks.set(each.id, undefined);
}

/** The service does not say what took a task to the trash; what went there at once has the same time. */
function withWhatWentAlong(tasks: Tasks, task: Task): Task[] {
  return withBelow(tasks, task, (each) => each.deleted_at === task.deleted_at);
}

/** Completed, and so is all that is below it. */
function isDone(tasks: Tasks, task: Task): boolean {
  return isLive(task) && withBelow(tasks, task, isLive).every((each) => each.completed);
}

function hasDoneAbove(tasks: Tasks, task: Task): boolean {
  return lineOf(tasks, task.id)
    .slice(1)
    .map((id) => tasks.get(id))
    .some((above) => above !== undefined && isDone(tasks, above));
}
