/** What the readers of a typed text have in common: they look at a copy in which what is not for them is blotted out. */

import { WEEKDAYS } from "./recurrence";

/** A part of the text, from its beginning to behind its end. */
export interface Span {
  start: number;
  end: number;
}

/** Neither a letter nor space, so that no reader takes what is on both sides of it together. */
const BLOT = "\ufffc";

const CONNECTING =
  "at|on|by|for|from|in|to|with|about|and|or|starting|beginning|until|before|after|every|today|tomorrow|tonight|noon|" +
  "(?:mon|tues|wednes|thurs|fri|satur|sun)day";
const STANDS_FREE = new RegExp(`^\\s*(?:$|[^\\p{L}\\p{N}\\s]|\\p{N}|(?:${CONNECTING})(?![\\p{L}\\p{N}]))`, "iu");

export function blotted(text: string, spans: Iterable<Span>): string {
  let left = text;
  for (const { start, end } of spans) left = left.slice(0, start) + BLOT.repeat(end - start) + left.slice(end);
  return left;
}

/** Whether what comes behind a word leaves it a word of its own, and does not make it part of "weekly report". */
export function standsFree(behind: string): boolean {
  return STANDS_FREE.test(behind);
}

/** The day of the week of a name that may be shortened, Monday being 0; -1 when it is none. */
export function weekdayNamed(name: string): number {
  return WEEKDAYS.findIndex((each) => name.toLowerCase().startsWith(each.toLowerCase()));
}
