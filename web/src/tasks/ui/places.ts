/** Where a task stands in the manual order, and what has to change for it to stand elsewhere. */

import type { Change, Task } from "../model";
import { between, move } from "../views/order";
import { type Row, select, type View } from "../views/views";
import { clockNow } from "./clock";

type Tasks = ReadonlyMap<string, Task>;

/** How deep subtasks can be, the task at the top included: a rule of the service. */
export const MAX_LEVELS = 5;

export type Step = "up" | "down" | "top" | "bottom";

/** The view that has tasks in their manual order, with nothing left out. */
const MANUAL: View = { list: "all", tags: [], priorities: [], due: "any", q: "", sort: "order", direction: "asc" };

/** What a move comes to: the changes it takes, and where the task stands after it, counted from 1. */
export interface Move {
  changes: Change[];
  place: number;
  of: number;
}

/** Whether a view shows tasks as they can be moved. */
export function isManual(view: View): boolean {
  return (
    view.list === "all" &&
    view.sort === "order" &&
    view.direction === "asc" &&
    view.tags.length === 0 &&
    view.priorities.length === 0 &&
    view.due === "any" &&
    view.q.trim() === ""
  );
}

/** All open tasks in their manual order. */
export function manualRows(tasks: Tasks): Row[] {
  return select(tasks, MANUAL, clockNow());
}

/** A task's number in the manual order that puts it above all others at the top level. */
export function orderAtTop(tasks: Tasks): number {
  let least: number | null = null;
  for (const task of tasks.values()) {
    if (task.parent_id === null && task.deleted_at === null && (least === null || task.order < least))
      least = task.order;
  }
  return between(null, least);
}

/** A number that puts a new subtask below all others of its parent. */
export function orderBelow(tasks: Tasks, parentId: string): number {
  let most: number | null = null;
  for (const task of tasks.values()) {
    if (task.parent_id === parentId && task.deleted_at === null && (most === null || task.order > most))
      most = task.order;
  }
  return between(most, null);
}

/** Moves a task among its siblings; null when it stands there already, or in no manual order. */
export function stepped(rows: readonly Row[], id: string, step: Step): Move | null {
  const siblings = siblingsOf(rows, id);
  const from = siblings.findIndex((sibling) => sibling.id === id);
  if (from === -1) return null;
  const last = siblings.length - 1;
  const to = { up: from - 1, down: from + 1, top: 0, bottom: last }[step];
  if (to < 0 || to > last || to === from) return null;
  return { changes: patches(move(siblings, id, to)), place: to + 1, of: siblings.length };
}

/** Makes a task the last subtask of the sibling above it; null when there is none. */
export function indented(tasks: Tasks, rows: readonly Row[], id: string): { changes: Change[]; parent: Task } | null {
  const siblings = siblingsOf(rows, id);
  const parent = siblings[siblings.findIndex((sibling) => sibling.id === id) - 1];
  if (!parent) return null;
  return {
    changes: [{ kind: "patch", id, patch: { parent_id: parent.id, order: orderBelow(tasks, parent.id) } }],
    parent,
  };
}

/** Puts a task right below its parent, on the parent's level; null when it has none. */
export function outdented(tasks: Tasks, rows: readonly Row[], id: string): Change[] | null {
  const parentId = tasks.get(id)?.parent_id ?? null;
  const parent = parentId === null ? undefined : tasks.get(parentId);
  if (!parent) return null;
  const siblings = siblingsOf(rows, parent.id);
  return placed(tasks, siblings, id, parent.parent_id, siblings.findIndex((sibling) => sibling.id === parent.id) + 1);
}

/** Puts a task beside another one, before or behind it; null when it would be below itself. */
export function besides(
  tasks: Tasks,
  rows: readonly Row[],
  id: string,
  target: string,
  edge: "before" | "behind",
): Change[] | null {
  if (target === id || lineAbove(tasks, target).includes(id)) return null;
  const siblings = siblingsOf(rows, target).filter((sibling) => sibling.id !== id);
  const at = siblings.findIndex((sibling) => sibling.id === target);
  if (at === -1) return null;
  return placed(tasks, siblings, id, tasks.get(target)?.parent_id ?? null, edge === "before" ? at : at + 1);
}

/** How many levels there are in the tree that a task and what is below it would make below a parent. */
export function levelsBelow(tasks: Tasks, id: string, parentId: string | null): number {
  return (parentId === null ? 0 : lineAbove(tasks, parentId).length + 1) + height(tasks, id);
}

/** The subtasks right below a task, in their order. */
export function childrenOf(tasks: Tasks, parentId: string): Task[] {
  const children: Task[] = [];
  for (const task of tasks.values()) if (task.parent_id === parentId && task.deleted_at === null) children.push(task);
  return children.sort((one, other) => one.order - other.order || (one.id < other.id ? -1 : 1));
}

/** The ids of what a task is below of, the nearest first. */
export function lineAbove(tasks: Tasks, id: string): string[] {
  const line: string[] = [];
  let at = tasks.get(id)?.parent_id ?? null;
  while (at !== null && !line.includes(at)) {
    line.push(at);
    at = tasks.get(at)?.parent_id ?? null;
  }
  return line;
}

/** The tasks on the same level below the same one, in their order, as the list shows them. */
function siblingsOf(rows: readonly Row[], id: string): Task[] {
  const at = rows.findIndex((row) => row.task.id === id);
  const depth = rows[at]?.depth;
  if (depth === undefined) return [];
  let first = at;
  while (first > 0 && (rows[first - 1] as Row).depth >= depth) first--;
  const siblings: Task[] = [];
  for (let index = first; index < rows.length; index++) {
    const row = rows[index] as Row;
    if (row.depth < depth) break;
    if (row.depth === depth) siblings.push(row.task);
  }
  return siblings;
}

/** Puts a task at a place among siblings that it is not one of yet. */
function placed(tasks: Tasks, siblings: Task[], id: string, parentId: string | null, to: number): Change[] {
  const task = tasks.get(id);
  if (!task) return [];
  // As if it stood behind them; where no number is left, its neighbours get new ones.
  const order = between(siblings.at(-1)?.order ?? null, null);
  const all = [...siblings, { ...task, order }];
  const moved = new Map(move(all, id, to).map((change) => [change.id, change.order]));
  const patch = { order: moved.get(id) ?? order, ...(task.parent_id !== parentId && { parent_id: parentId }) };
  moved.delete(id);
  return [{ kind: "patch", id, patch }, ...patches([...moved].map(([each, order]) => ({ id: each, order })))];
}

function patches(orders: { id: string; order: number }[]): Change[] {
  return orders.map(({ id, order }) => ({ kind: "patch", id, patch: { order } }));
}

function height(tasks: Tasks, id: string): number {
  const children = new Map<string, string[]>();
  for (const task of tasks.values()) {
    if (task.parent_id === null || task.deleted_at !== null) continue;
    const known = children.get(task.parent_id);
    if (known) known.push(task.id);
    else children.set(task.parent_id, [task.id]);
  }
  let level = [id];
  const seen = new Set(level);
  let levels = 0;
  while (level.length > 0) {
    levels++;
    level = level.flatMap((each) => children.get(each) ?? []).filter((each) => !seen.has(each));
    for (const each of level) seen.add(each);
  }
  return levels;
}
