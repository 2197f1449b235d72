/** The members of a task that its owner decides about. */

import type { Change, Task, TaskFields } from "../model";

export type Member = keyof TaskFields;
/** What can be changed here and elsewhere at the same time. */
export type Collidable = Member | "completed";

export const MEMBERS = [
  "title",
  "description",
  "priority",
  "due",
  "due_timezone",
  "tags",
  "order",
  "repeat",
  "repeat_from",
  "parent_id",
] as const satisfies readonly Member[];

export function fieldsOf(task: Task): TaskFields {
  return pick(task, MEMBERS) as TaskFields;
}

export function membersOf(patch: Partial<TaskFields>): Member[] {
  return MEMBERS.filter((member) => patch[member] !== undefined);
}

export function pick<From extends Partial<TaskFields>>(from: From, members: readonly Member[]): Partial<TaskFields> {
  return Object.fromEntries(members.map((member) => [member, from[member]]));
}

/** Whether a member means the same in both, however it is written. */
export function same(one: Partial<Task>, other: Partial<Task>, member: Collidable): boolean {
  return meaning(one, member) === meaning(other, member);
}

export function differing(one: Partial<Task>, other: Partial<Task>, members: readonly Collidable[]): Collidable[] {
  return members.filter((member) => !same(one, other, member));
}

/**
 * A patch that says all that follows from it, as the service has it: a whole day has no zone, and without a date nothing
 * repeats. What would stay as it is, is left out.
 */
export function explicit(patch: Partial<TaskFields>, task: Task): Partial<TaskFields> {
  const full = { ...patch };
  if (full.title !== undefined) full.title = full.title.trim();
  if (full.due !== undefined) {
    const timezone = full.due_timezone === undefined ? task.due_timezone : full.due_timezone;
    full.due_timezone = full.due?.includes("T") ? timezone : null;
    if (full.due === null && full.repeat === undefined) full.repeat = null;
  }
  const changed = differing(full, task, membersOf(full)) as Member[];
  // A time and its zone are one thing: what changes one of them goes by both.
  const together: Member[] = changed.includes("due") || changed.includes("due_timezone") ? ["due", "due_timezone"] : [];
  return { ...pick(full, changed), ...pick({ ...task, ...full }, together) };
}

/** Which members a change is about. */
export function touched(change: Change): readonly Collidable[] {
  if (change.kind === "patch") return membersOf(change.patch);
  if (change.kind === "create") return MEMBERS;
  // A task that is opened again may repeat no more.
  if (change.kind === "complete") return ["completed", "repeat", "repeat_from"];
  return [];
}

function meaning(of: Partial<Task>, member: Collidable): string {
  const value = of[member];
  if (typeof value === "string") {
    if (member === "title") return value.trim();
    if (member === "due") return /T\d\d:\d\d$/.test(value) ? `${value}:00` : value;
    if (member === "repeat") return value.toUpperCase().split(";").sort().join(";");
  }
  return JSON.stringify(value ?? null);
}
