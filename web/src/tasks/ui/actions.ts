/** What a person does to a task: done at once, told, and with a way back where there is one. */

import { strings } from "../../strings/tasks";
import { announce } from "../../ui/announcer";
import { toast } from "../../ui/toasts";
import type { Change, Priority, Task, TaskFields } from "../model";
import { taskStore } from "../use_tasks";
import { describeDue, todayIn } from "../words/due";
import { clockNow } from "./clock";
import { focusTask } from "./focus";
import {
  besides,
  indented,
  levelsBelow,
  MAX_LEVELS,
  type Move,
  manualRows,
  orderBelow,
  outdented,
  type Step,
  stepped,
} from "./places";

const DAY_MS = 86_400_000;
/** How long the next one of a repeating task is waited for, to say when it is due. */
const NEXT_MILLISECONDS = 20_000;

export type DueChoice = "today" | "tomorrow" | "next_week" | "none";

interface WayBack {
  label: string;
  run: () => void;
}

/** Takes the last message away. */
let withdraw = () => {};

/** Tells what was done. There is one such message at a time: more of them would cover the page. */
export function tell(title: string, action?: WayBack): void {
  withdraw();
  withdraw = toast(title, action && { action });
}

/** A task as it is now. */
function found(id: string): Task | undefined {
  return taskStore().snapshot().tasks.get(id);
}

/** A new task with these members, and the usual ones for the rest. Returns its id. */
export function newTask(
  fields: Partial<TaskFields> & Pick<TaskFields, "title" | "order">,
): Change & { kind: "create" } {
  return {
    kind: "create",
    id: crypto.randomUUID(),
    fields: {
      description: null,
      priority: "none",
      due: null,
      due_timezone: null,
      tags: [],
      repeat: null,
      repeat_from: "due",
      parent_id: null,
      ...fields,
    },
  };
}

export function addSubtask(parentId: string, title: string): void {
  const order = orderBelow(taskStore().snapshot().tasks, parentId);
  taskStore().dispatch(newTask({ title, order, parent_id: parentId }));
  announce(strings.add.added(title));
}

export function patchTask(id: string, patch: Partial<TaskFields>): void {
  taskStore().dispatch({ kind: "patch", id, patch });
}

/** Completes a task, or opens it again. */
export function completeTask(id: string): void {
  const task = found(id);
  if (!task || task.deleted_at !== null) return;
  const change: Change = { kind: "complete", id, completed: !task.completed };
  const before = taskStore().snapshot().tasks;
  taskStore().dispatch(change);
  if (task.completed) {
    announce(strings.said.reopened(task.title));
    return;
  }
  const back = undoing(change, { kind: "complete", id, completed: false });
  tell(strings.said.completed(task.title), back);
  if (task.repeat !== null) {
    whenNextIsThere(task, before, (next) => {
      const { now, zone } = clockNow();
      tell(strings.said.completedNext(task.title, describeDue(next, now, zone).text), back);
    });
  }
}

/** To the trash, with all that is below. */
export function deleteTask(id: string): void {
  const task = found(id);
  if (!task || task.deleted_at !== null) return;
  const before = liveCount();
  const change: Change = { kind: "delete", id };
  taskStore().dispatch(change);
  const along = before - liveCount() - 1;
  const said = along > 0 ? strings.said.deletedWithSubtasks(task.title, along) : strings.said.deleted(task.title);
  tell(said, undoing(change, { kind: "restore", id }));
}

export function restoreTask(id: string): void {
  const task = found(id);
  if (!task) return;
  taskStore().dispatch({ kind: "restore", id });
  tell(strings.said.restored(task.title));
}

export function purgeTask(id: string): void {
  const task = found(id);
  if (!task) return;
  taskStore().dispatch({ kind: "purge", id });
  tell(strings.said.purged(task.title));
}

/** Takes the last thing back that was done in this tab. */
export function undo(): void {
  const before = taskStore().snapshot().tasks;
  const change = taskStore().undo();
  if (change === null) {
    announce(strings.said.nothingToUndo);
    return;
  }
  const { tasks } = taskStore().snapshot();
  const id = "id" in change ? change.id : null;
  const title = id === null ? "" : (tasks.get(id) ?? before.get(id))?.title;
  tell(strings.said.undone(describeUndone(change, title ?? "")));
  if (id !== null) focusTask(id);
}

export function stepTask(id: string, step: Step): void {
  const { tasks } = taskStore().snapshot();
  const move = stepped(manualRows(tasks), id, step);
  if (move === null) {
    announce(strings.said.cannotMove);
    return;
  }
  tellMoved(id, move);
}

export function indentTask(id: string): void {
  const { tasks } = taskStore().snapshot();
  const task = tasks.get(id);
  const result = indented(tasks, manualRows(tasks), id);
  if (!task || !result) announce(strings.said.cannotMove);
  else if (fits(tasks, id, result.parent.id)) {
    taskStore().dispatch(...result.changes);
    announce(strings.said.movedBelow(task.title, result.parent.title));
  }
}

export function outdentTask(id: string): void {
  const { tasks } = taskStore().snapshot();
  const task = tasks.get(id);
  const changes = outdented(tasks, manualRows(tasks), id);
  if (!task || !changes) {
    announce(strings.said.cannotMove);
    return;
  }
  taskStore().dispatch(...changes);
  const parentId = found(id)?.parent_id ?? null;
  const parent = parentId === null ? undefined : tasks.get(parentId);
  announce(parent ? strings.said.movedBelow(task.title, parent.title) : strings.said.movedOut(task.title));
}

/** Drops a task before or behind another one, on that one's level. */
export function dropTask(id: string, target: string, edge: "before" | "behind"): void {
  const { tasks } = taskStore().snapshot();
  const changes = besides(tasks, manualRows(tasks), id, target, edge);
  if (changes === null || !fits(tasks, id, tasks.get(target)?.parent_id ?? null)) return;
  taskStore().dispatch(...changes);
  const rows = manualRows(taskStore().snapshot().tasks);
  const title = tasks.get(id)?.title ?? "";
  const index = rows.findIndex((row) => row.task.id === id);
  if (index !== -1) announce(strings.said.moved(title, index + 1, rows.length));
  focusTask(id);
}

export function setParent(id: string, parentId: string | null): void {
  const { tasks } = taskStore().snapshot();
  if (!fits(tasks, id, parentId)) return;
  patchTask(id, { parent_id: parentId, ...(parentId !== null && { order: orderBelow(tasks, parentId) }) });
}

export function setPriority(id: string, priority: Priority): void {
  patchTask(id, { priority });
  const task = found(id);
  if (task) announce(strings.said.due(task.title, strings.actions.priority[priority]));
}

export function setDue(id: string, choice: DueChoice): void {
  const task = found(id);
  if (!task) return;
  patchTask(id, dueOf(task, choice));
  const { now, zone } = clockNow();
  const changed = found(id);
  if (changed) announce(strings.said.due(changed.title, describeDue(changed, now, zone).text));
}

/** The day that is so many days after today, `YYYY-MM-DD`. */
export function dayAhead(days: number): string {
  const { now, zone } = clockNow();
  return new Date(Date.parse(todayIn(zone, now)) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Another day at the same time of day, if there is one. What repeats needs a due date. */
function dueOf(task: Task, choice: DueChoice): Partial<TaskFields> {
  if (choice === "none") return { due: null, due_timezone: null, ...(task.repeat !== null && { repeat: null }) };
  const day = dayAhead({ today: 0, tomorrow: 1, next_week: 7 }[choice]);
  const time = task.due?.split("T")[1];
  return time === undefined
    ? { due: day, due_timezone: null }
    : { due: `${day}T${time}`, due_timezone: task.due_timezone };
}

function fits(tasks: ReadonlyMap<string, Task>, id: string, parentId: string | null): boolean {
  const isDeep = levelsBelow(tasks, id, parentId) > MAX_LEVELS;
  if (isDeep) toast(strings.said.tooDeep(MAX_LEVELS), { error: true });
  return !isDeep;
}

function tellMoved(id: string, move: Move): void {
  const title = found(id)?.title ?? "";
  taskStore().dispatch(...move.changes);
  announce(strings.said.moved(title, move.place, move.of));
}

function liveCount(): number {
  let count = 0;
  for (const task of taskStore().snapshot().tasks.values()) if (task.deleted_at === null) count++;
  return count;
}

/** Takes one change back: by undoing while it is the last one, by its opposite once it is not. */
function undoing(change: Change, opposite: Change & { id: string }): WayBack {
  return {
    label: strings.actions.undo,
    run: () => {
      if (taskStore().snapshot().undoable === change) {
        undo();
        return;
      }
      taskStore().dispatch(opposite);
      focusTask(opposite.id);
    },
  };
}

/** The service makes the next one of a repeating task; it is the one that was not there before. */
function whenNextIsThere(task: Task, before: ReadonlyMap<string, Task>, tell: (next: Task) => void): void {
  const stop = taskStore().subscribe(() => {
    for (const next of taskStore().snapshot().tasks.values()) {
      if (!before.has(next.id) && next.title === task.title && next.repeat !== null && !next.completed) {
        end();
        tell(next);
        return;
      }
    }
  });
  const timer = setTimeout(end, NEXT_MILLISECONDS);
  function end(): void {
    stop();
    clearTimeout(timer);
  }
}

function describeUndone(change: Change, title: string): string {
  switch (change.kind) {
    case "complete":
      return change.completed ? strings.undone.complete(title) : strings.undone.reopen(title);
    case "create":
    case "patch":
    case "delete":
    case "restore":
      return strings.undone[change.kind](title);
    default:
      return strings.undone.other;
  }
}
