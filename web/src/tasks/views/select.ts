/** The rows of a view, and how many there are of each kind: found in one pass over all tasks. */

import type { Priority, Task } from "../model";
import { dueDay, dueInstant, hasTime, todayIn } from "../words/due";
import { folded } from "./fold";
import type { View } from "./views";

export interface Row {
  task: Task;
  /** How many levels below the top of what is shown. */
  depth: number;
  /** How many subtasks there are right below it, and how many of them are done. */
  children: number;
  done: number;
  /** Of the task that it is a subtask of, where that one does not stand above it. */
  parentTitle: string | null;
}

/** When and where tasks are looked at. */
export interface Moment {
  now: Date;
  zone: string;
}

type Tasks = ReadonlyMap<string, Task>;
type Compare = (one: Task, other: Task) => number;

const RANKS: Record<Priority, number> = { none: 0, low: 1, medium: 2, high: 3 };
const TRASH_MS = 30 * 86_400_000;

const titles = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** The rows of a view: a tree of all tasks in their own order, when nothing is left out; otherwise one below the other. */
export function select(tasks: Tasks, view: View, moment: Moment): Row[] {
  const looked = look(moment);
  const compare = comparing(view, moment.zone);
  const isWanted = filter(view, looked);
  const isTree = view.list === "all" && view.sort === "order" && isWanted === null;
  const found: Task[] = [];
  const below = new Map<string, Task[]>();
  for (const task of tasks.values()) {
    if (task.parent_id !== null && task.deleted_at === null) {
      const siblings = below.get(task.parent_id);
      if (siblings === undefined) below.set(task.parent_id, [task]);
      else siblings.push(task);
    }
    if (isInList(task, view.list, looked) && (isWanted === null || isWanted(task))) found.push(task);
  }
  found.sort(compare);
  return isTree ? treeOf(found, tasks, below, compare) : found.map((task) => rowOf(task, tasks, below));
}

export interface Counts {
  all: number;
  today: number;
  overdue: number;
  upcoming: number;
  trash: number;
}

/** How many tasks each list has, and how many of them are overdue. */
export function counts(tasks: Tasks, moment: Moment): Counts {
  const looked = look(moment);
  const found = { all: 0, today: 0, overdue: 0, upcoming: 0, trash: 0 };
  for (const task of tasks.values()) {
    if (task.deleted_at !== null) {
      if (isInList(task, "trash", looked)) found.trash++;
    } else if (!task.completed) {
      found.all++;
      if (isOver(task, looked)) found.overdue++;
      if (isInList(task, "today", looked)) found.today++;
      if (isInList(task, "upcoming", looked)) found.upcoming++;
    }
  }
  return found;
}

/** The tags of open tasks, in alphabetical order, with how many have them. */
export function tagsOf(tasks: Tasks): { tag: string; count: number }[] {
  const found = new Map<string, number>();
  for (const task of tasks.values()) {
    if (!isOpen(task)) continue;
    for (const tag of task.tags) found.set(tag, (found.get(tag) ?? 0) + 1);
  }
  return [...found]
    .map(([tag, count]) => ({ tag, count }))
    .sort((one, other) => titles.compare(one.tag, other.tag) || byText(one.tag, other.tag));
}

interface Look {
  now: number;
  today: string;
  zone: string;
}

function look({ now, zone }: Moment): Look {
  return { now: now.getTime(), today: todayIn(zone, now), zone };
}

function isOpen(task: Task): boolean {
  return !task.completed && task.deleted_at === null;
}

function isInList(task: Task, list: View["list"], looked: Look): boolean {
  if (list === "trash") return task.deleted_at !== null && Date.parse(task.deleted_at) + TRASH_MS > looked.now;
  if (list === "completed") return task.completed && task.deleted_at === null;
  if (!isOpen(task)) return false;
  if (list === "all") return true;
  const place = duePlace(task, looked.zone);
  if (place === null) return false;
  return (place.day <= looked.today || isOver(task, looked)) === (list === "today");
}

function isOver(task: Task, { now, today, zone }: Look): boolean {
  const place = duePlace(task, zone);
  if (place === null) return false;
  return place.instant === null ? place.day < today : place.instant < now;
}

/** What the filters of a view leave; null when they leave everything. */
function filter(view: View, looked: Look): ((task: Task) => boolean) | null {
  const text = folded(view.q.trim());
  if (view.tags.length === 0 && view.priorities.length === 0 && view.due === "any" && text === "") return null;
  return (task) =>
    (view.priorities.length === 0 || view.priorities.includes(task.priority)) &&
    view.tags.every((tag) => task.tags.includes(tag)) &&
    (view.due === "any" || (view.due === "none" ? task.due === null : isOver(task, looked))) &&
    (text === "" || textsOf(task).some((each) => each.includes(text)));
}

/** Whether a task has none above it in the tree. */
function isAtTop(task: Task, tasks: Tasks): boolean {
  const parent = parentOf(task, tasks);
  return parent === undefined || !isOpen(parent);
}

function parentOf(task: Task, tasks: Tasks): Task | undefined {
  return task.parent_id === null ? undefined : tasks.get(task.parent_id);
}

/** Open tasks below their parents, along with what is done below them. */
function treeOf(open: Task[], tasks: Tasks, below: Map<string, Task[]>, compare: Compare): Row[] {
  const rows: Row[] = [];
  const seen = new Set<Task>();
  const add = (task: Task, depth: number) => {
    if (seen.has(task)) return;
    seen.add(task);
    const row = rowOf(task, tasks, below);
    rows.push({ ...row, depth, parentTitle: depth === 0 ? row.parentTitle : null });
    for (const child of (below.get(task.id) ?? []).sort(compare)) {
      // What is open below a completed task is at the top.
      if (child.completed || !task.completed) add(child, depth + 1);
    }
  };
  for (const task of open) if (isAtTop(task, tasks)) add(task, 0);
  // Moves here and elsewhere can make a circle that has no top, until the service has refused one of them.
  for (const task of open) add(task, 0);
  return rows;
}

function rowOf(task: Task, tasks: Tasks, below: Map<string, Task[]>): Row {
  const children = below.get(task.id) ?? [];
  let done = 0;
  for (const child of children) if (child.completed) done++;
  return { task, depth: 0, children: children.length, done, parentTitle: parentOf(task, tasks)?.title ?? null };
}

function comparing(view: View, zone: string): Compare {
  const forward = view.direction === "asc" ? 1 : -1;
  const compare = COMPARE[view.sort];
  return (one, other) =>
    (view.sort === "due" ? withoutDueLast(one, other) : 0) ||
    forward * compare(one, other, zone) ||
    one.order - other.order ||
    byText(one.id, other.id);
}

const COMPARE: Record<View["sort"], (one: Task, other: Task, zone: string) => number> = {
  order: (one, other) => one.order - other.order,
  due: byDue,
  created: (one, other) => byText(one.created_at, other.created_at),
  updated: (one, other) => byText(one.updated_at, other.updated_at),
  priority: (one, other) => RANKS[one.priority] - RANKS[other.priority],
  title: (one, other) => titles.compare(one.title, other.title),
};

function withoutDueLast(one: Task, other: Task): number {
  return Number(one.due === null) - Number(other.due === null);
}

/** A whole day comes before the times of that day. */
function byDue(one: Task, other: Task, zone: string): number {
  const place = duePlace(one, zone);
  const otherPlace = duePlace(other, zone);
  if (place === null || otherPlace === null) return 0;
  return (
    byText(place.day, otherPlace.day) ||
    (place.instant ?? Number.MIN_SAFE_INTEGER) - (otherPlace.instant ?? Number.MIN_SAFE_INTEGER)
  );
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

interface DuePlace {
  zone: string;
  day: string;
  /** Null for a whole day. */
  instant: number | null;
}

// A task is never changed, another one takes its place: what was found out about it stays true.
const places = new WeakMap<Task, DuePlace>();
const texts = new WeakMap<Task, string[]>();

function duePlace(task: Task, zone: string): DuePlace | null {
  if (task.due === null) return null;
  let place = places.get(task);
  if (place?.zone !== zone) {
    const day = dueDay(task, zone) ?? "";
    place = { zone, day, instant: hasTime(task.due) ? dueInstant(task, zone) : null };
    places.set(task, place);
  }
  return place;
}

function textsOf(task: Task): string[] {
  let found = texts.get(task);
  if (found === undefined) {
    found = [folded(task.title), folded(task.description ?? "")];
    texts.set(task, found);
  }
  return found;
}
