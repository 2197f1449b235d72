/**
 * Due dates as a person sees them: a whole day is that day wherever one is, a time without a zone is read off the
 * clock at hand, and any other one off the clock of its zone. A day is overdue when it is over, a time once it is gone
 * by; the service reckons in the same way.
 */

import { words } from "../../strings/words";
import type { Task } from "../model";
import { instantAt, isKnownZone, wallAt } from "./clock";
import { dayFrom, dayStart, dayText } from "./days";

export type Due = Pick<Task, "due" | "due_timezone">;

export interface DueWords {
  /** Short: "Tomorrow 9:00 AM". */
  text: string;
  state: "overdue" | "today" | "soon" | "later";
  /** In full, with its zone, and with what the clock there shows when that is another time. */
  exact: string;
}

/** "Soon" is within so many days. */
const SOON = 7;

/** Whether there is a time of day. */
export function hasTime(due: string): boolean {
  return due.includes("T");
}

/** The day of today, `YYYY-MM-DD`, for somebody in a zone. */
export function todayIn(zone: string, now: Date): string {
  return new Date(wallAt(now.getTime(), zone)).toISOString().slice(0, 10);
}

/** The moment, in milliseconds, at which it is due for somebody in `zone`, a whole day at its end; null without a date. */
export function dueInstant(task: Due, zone: string): number | null {
  if (task.due === null) return null;
  return hasTime(task.due)
    ? instantAt(Date.parse(`${task.due}Z`), clockZone(task, zone))
    : instantAt(dayStart(dayFrom(task.due) + 1).getTime(), zone);
}

/** The day on which it is due, `YYYY-MM-DD`, as seen from `zone`; null without a date. */
export function dueDay(task: Due, zone: string): string | null {
  if (task.due === null) return null;
  return new Date(wallDue(task, task.due, zone)).toISOString().slice(0, 10);
}

export function isOverdue(task: Due, now: Date, zone: string): boolean {
  if (task.due === null) return false;
  return hasTime(task.due) ? (dueInstant(task, zone) ?? 0) < now.getTime() : task.due < todayIn(zone, now);
}

/** A due date in words, for somebody in `zone` whose clock shows `now`. */
export function describeDue(task: Due, now: Date, zone: string): DueWords {
  if (task.due === null) return { text: words.due.none, state: "later", exact: words.due.none };
  const wall = wallDue(task, task.due, zone);
  const day = dayFrom(new Date(wall).toISOString());
  const today = dayFrom(todayIn(zone, now));
  return {
    text: inShort(task.due, wall, day, today),
    state: isOverdue(task, now, zone)
      ? "overdue"
      : day === today
        ? "today"
        : day > today && day <= today + SOON
          ? "soon"
          : "later",
    exact: inFull(task, task.due, wall),
  };
}

/** A day, `YYYY-MM-DD`, with its month and year. */
export function describeDay(day: string): string {
  return shown({ day: "numeric", month: "long", year: "numeric" }, dayStart(dayFrom(day)).getTime());
}

/** The time of day of a due date. */
export function describeTime(due: string): string {
  return time(Date.parse(`${due}Z`));
}

/** Whose clock a time is on. */
function clockZone(task: Due, zone: string): string {
  return task.due_timezone !== null && isKnownZone(task.due_timezone) ? task.due_timezone : zone;
}

/** What the viewer's clock shows when it is due; at the beginning of a whole day. */
function wallDue(task: Due, due: string, zone: string): number {
  if (!hasTime(due)) return dayStart(dayFrom(due)).getTime();
  return clockZone(task, zone) === zone
    ? Date.parse(`${due}Z`)
    : wallAt(instantAt(Date.parse(`${due}Z`), clockZone(task, zone)), zone);
}

function inShort(due: string, wall: number, day: number, today: number): string {
  const name = dayInShort(wall, day, today);
  return hasTime(due) ? words.due.at(name, time(wall)) : name;
}

function dayInShort(wall: number, day: number, today: number): string {
  if (day === today) return words.due.today;
  if (day === today + 1) return words.due.tomorrow;
  if (day === today - 1) return words.due.yesterday;
  if (day > today && day < today + SOON) return shown({ weekday: "short" }, wall);
  const isThisYear = dayText(day).slice(0, 4) === dayText(today).slice(0, 4);
  return shown({ day: "numeric", month: "short", year: isThisYear ? undefined : "numeric" }, wall);
}

function inFull(task: Due, due: string, wall: number): string {
  const day = shown({ weekday: "long", day: "numeric", month: "long", year: "numeric" }, wall);
  if (!hasTime(due)) return day;
  const here = words.due.exactly(day, time(wall));
  const there = Date.parse(`${due}Z`);
  if (task.due_timezone === null) return here;
  if (there === wall) return words.due.inZone(here, task.due_timezone);
  const isSameDay = due.slice(0, 10) === new Date(wall).toISOString().slice(0, 10);
  const weekday = shown({ weekday: "long" }, there);
  return words.due.elsewhere(here, isSameDay ? time(there) : words.due.at(weekday, time(there)), task.due_timezone);
}

function time(wall: number): string {
  return shown({ hour: "numeric", minute: "2-digit" }, wall);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A wall-clock time in the manner of the browser's language. */
function shown(options: Intl.DateTimeFormatOptions, wall: number): string {
  const key = JSON.stringify(options);
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(undefined, { ...options, timeZone: "UTC" });
    formats.set(key, format);
  }
  return format.format(wall);
}
