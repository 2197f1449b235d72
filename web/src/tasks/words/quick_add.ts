/**
 * A task typed in one line: "pay rent tomorrow 9am #home !high every month". What is read as something else than the
 * title is told part by part, so that it can be seen, and refused, before anything is saved. Load it lazily: the library
 * that finds dates is large.
 */

import { words } from "../../strings/words";
import type { Priority, Task } from "../model";
import { wallAt } from "./clock";
import { dayFrom, dayText, partsOf } from "./days";
import { describeDue, describeTime } from "./due";
import { type DueWord, readDueWords } from "./read_due";
import { readMarks, withoutLiterals } from "./read_marks";
import { type Repeat, readRepeats } from "./read_repeat";
import { blotted, type Span } from "./reading";
import { describeRepeat } from "./recurrence";

export interface QuickAdd {
  /** Empty when nothing else was typed than what the chips tell. It can be longer than the service takes. */
  title: string;
  due: string | null;
  due_timezone: string | null;
  priority: Priority;
  tags: string[];
  repeat: string | null;
  repeat_from: Task["repeat_from"];
  /** In the order of the text. */
  chips: Chip[];
}

/** A part of the text that is not part of the title. */
export interface Chip {
  kind: "due" | "repeat" | "priority" | "tag";
  /** As typed. */
  text: string;
  /** What it was read as, for people. */
  label: string;
  start: number;
  end: number;
}

export interface QuickAddContext {
  now: Date;
  zone: string;
}

const SPACE_AROUND = /^\p{White_Space}+|\p{White_Space}+$/gu;

/**
 * What a text says about the task to be made; always something that the service takes, but for the length of the title.
 * `ignore` has texts of chips that are to stay text.
 */
export function parseQuickAdd(
  text: string,
  context: QuickAddContext,
  ignore: ReadonlySet<string> = new Set(),
): QuickAdd {
  const { now, zone } = context;
  const { readable, backslashes } = withoutLiterals(text, ignore);
  const { tags, priority } = readMarks(readable);
  const unmarked = blotted(readable, priority ? [...tags, priority] : tags);
  const repeats = readRepeats(unmarked);
  const repeat = repeats.at(-1) ?? null;
  const { day, time } = chosen(readDueWords(blotted(unmarked, repeats), now, zone));
  const due = firstDue(day, time, repeat, wallAt(now.getTime(), zone));
  const due_timezone = due?.includes("T") ? zone : null;
  const rule = repeat && wholeRule(repeat.rule, due);

  const told = due === null ? "" : describeDue({ due, due_timezone }, now, zone).text;
  const chips: Chip[] = [];
  const tell = (kind: Chip["kind"], { start, end }: Span, label: string) =>
    chips.push({ kind, text: text.slice(start, end), label, start, end });
  for (const each of tags) tell("tag", each, each.tag);
  if (priority) tell("priority", priority, words.priority[priority.priority]);
  if (repeat && rule) tell("repeat", repeat, labelOf(rule, repeat.from));
  if (day) tell("due", day, told);
  if (time && time !== day) tell("due", time, day && due ? describeTime(due) : told);
  chips.sort((one, other) => one.start - other.start);

  return {
    title: titleOf(text, chips, backslashes),
    due,
    due_timezone,
    priority: priority?.priority ?? "none",
    tags: [...new Set(tags.map((each) => each.tag))],
    repeat: rule,
    repeat_from: repeat?.from ?? "due",
    chips,
  };
}

/** The last day that was named, and its time of day or, when it has none, the last one that stands alone. */
function chosen(found: DueWord[]): { day: DueWord | undefined; time: DueWord | undefined } {
  const day = found.findLast((each) => each.day !== null);
  return { day, time: day?.time ? day : found.findLast((each) => each.day === null) };
}

/** The due date: the day that was named, or else today, or the first day from then on with which the rule can begin. */
function firstDue(
  named: DueWord | undefined,
  timed: DueWord | undefined,
  repeat: Repeat | null,
  wall: number,
): string | null {
  const time = timed?.time ?? null;
  if (!named && time === null && !repeat) return null;
  const present = new Date(wall).toISOString();
  const today = dayFrom(present);
  let day = named?.day ?? today;
  if (day === today && time !== null && time <= present.slice(11, 19)) {
    if (!named) day += 1;
    else if (named.isWeekday) day += 7;
  }
  while (repeat && !repeat.fits(day)) day += 1;
  return time === null ? dayText(day) : `${dayText(day)}T${time}`;
}

/** A month's 31st is its last day: as a number, the rule would leave the shorter months out. */
function wholeRule(rule: string, due: string | null): string {
  const isMonthly = rule.startsWith("FREQ=MONTHLY") && !rule.includes("BY");
  return isMonthly && due !== null && partsOf(dayFrom(due)).day === 31 ? `${rule};BYMONTHDAY=-1` : rule;
}

function labelOf(rule: string, from: Repeat["from"]): string {
  const label = describeRepeat(rule);
  return from === "completion" ? words.repeat.afterCompletion(label) : label;
}

/** What is left of the text without the chips, and without the backslashes that kept words from becoming some. */
function titleOf(text: string, chips: Chip[], backslashes: Span[]): string {
  const ends = [0, ...chips.map((chip) => chip.end)];
  const starts = [...chips.map((chip) => chip.start), text.length];
  const parts = ends.map((end, index) => withoutSpans(text, end, starts[index] ?? text.length, backslashes));
  let title = parts.reduce(joined);
  // What led to a chip or on from it has nothing to do at an end of the title.
  if (chips[0] && parts[0]?.trim() === "") title = title.replace(/^(?:[.–-]+(?=\s|$)|[,;:])\s*/u, "");
  if (chips[0] && /^[\s,;]*$/.test(parts.at(-1) ?? "")) title = title.replace(/[\s,;]+$/u, "");
  return title.replace(SPACE_AROUND, "");
}

function withoutSpans(text: string, start: number, end: number, spans: Span[]): string {
  let left = "";
  let at = start;
  for (const span of spans) {
    if (span.start < start || span.end > end) continue;
    left += text.slice(at, span.start);
    at = span.end;
  }
  return left + text.slice(at, end);
}

/** Two parts of the text between which something was taken away. */
function joined(before: string, behind: string): string {
  const left = before.trimEnd();
  const right = behind.trimStart();
  if (left.endsWith("(") && right.startsWith(")")) return joined(left.slice(0, -1), right.slice(1));
  if (/[,;]$/.test(left) && /^[,;]/.test(right)) return joined(left, right.slice(1));
  return left === "" || right === "" || /^[.,;:!?)]/.test(right) || left.endsWith("(")
    ? left + right
    : `${left} ${right}`;
}
