/**
 * Dates and times in a typed text. The library finds whatever could be one; only what hardly can be anything else is
 * taken, since a word that is taken is missing in the title: no month alone, no "at 5", nothing past, no length of time.
 */

import { casual, type ParsedResult } from "chrono-node/en";
import { wallAt } from "./clock";
import { dayFrom, dayFromParts, partsOf, weekdayOf } from "./days";
import { blotted, type Span, standsFree, weekdayNamed } from "./reading";

/** A day, or a time of day, or both. */
export interface DueWord extends Span {
  day: number | null;
  /** `HH:MM:SS` */
  time: string | null;
  /** The day was said as a day of the week: when it is over, the next such day is meant. */
  isWeekday: boolean;
}

const LAST_YEAR = 9998;
const MINUTE_MS = 60_000;

const NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const BOUND = "(?<![\\p{L}\\p{N}_])";
const END = "(?![\\p{L}\\p{N}_])";
const word = (pattern: string) => new RegExp(`${BOUND}(?:${pattern})${END}`, "giu");

const IN_A_WHILE = word(
  `in\\s+(half\\s+an|an?|[1-9]\\d{0,2}|${NUMBERS.join("|")})\\s+(minute|min|hour|hr|day|week|month|year)s?`,
);
const WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day";
/** The library reads "tuesday next week" itself. */
const NEXT = word(`(?<!${WEEKDAY}\\s+)next\\s+(?:week(?:\\s+(?:on\\s+)?(${WEEKDAY}))?|month)`);
const DAY_AFTER_TOMORROW = word("(?:the\\s+)?day\\s+after\\s+tomorrow");
/** At the beginning or at the end of which day it is nobody can tell. */
const MIDNIGHT = word("midnight");

const PAST = word("last(?!\\s+day\\s+of)|past|ago|yesterday|earlier|before|previous|second|weekday");
const RELATIVE = ["result/relativeDate", "casualReference/now"];
const NUMERIC = "parser/SlashDateFormatParser";
const NUMBERS_OF_DATE = /(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}/;
/** When parts of a day are; the library tells by tags that they were read. */
const PARTS_OF_DAY: Record<string, string> = {
  "casualReference/morning": "09:00:00",
  "casualReference/afternoon": "15:00:00",
  "casualReference/evening": "19:00:00",
  "casualReference/tonight": "20:00:00",
};
/** Other abbreviations are words as well: "9am eat breakfast". */
const ZONE = /\s*\(?(?:UTC|GMT|BST|CES?T|E[SD]T|C[SD]T|M[SD]T|P[SD]T|Z|[+-]\d{1,2}(?::?\d{2})?)\)?$/;
const ABBREVIATION = /[\s,]+\(?[A-Za-z]{2,4}\)?$/;

const INTRODUCTION = /(?<!\S)(?:(?:due|starting|beginning|from|by|on|at|@|this|coming|the)\s+)+$/iu;
/** Behind these words a date is something else than the day on which it is due. */
const OTHER_DATE = /(?<![\p{L}\p{N}_])(?:until|till?|before|after|since|than|through|except|of)\s+(?:the\s+|on\s+)?$/iu;
const JOINED_BEFORE = /[\p{L}\p{N}_@/\\.#'’-]$/u;
const JOINED_BEHIND = /^(?:[\p{L}\p{N}_]|[-@/.:'’][\p{L}\p{N}])/u;

/** All dates and times that there are, in their order. */
export function readDueWords(readable: string, now: Date, zone: string): DueWord[] {
  const wall = wallAt(now.getTime(), zone);
  const today = dayFrom(new Date(wall).toISOString());
  const own = [...readNamed(readable, today), ...readInAWhile(readable, now, zone, today)];
  const rest = blotted(readable, [...own, ...spansOf(readable.matchAll(MIDNIGHT))]);
  const { year, month, day } = partsOf(today);
  // From the beginning of the day, so that all of today is still to come; on the library's clock, which is the system's.
  const reference = new Date(year, month - 1, day);
  const found = casual
    .parse(rest, reference, { forwardDate: true })
    .map((result) => readFound(result, rest, today, zone));
  return [...own, ...found]
    .filter((each) => each !== null)
    .map((each) => introduced(each, readable))
    .filter((each) => isMeant(each, readable, today))
    .sort((one, other) => one.start - other.start);
}

function readNamed(readable: string, today: number): DueWord[] {
  const next = Array.from(readable.matchAll(NEXT), (match) => {
    const { year, month } = partsOf(today);
    const weekday = Math.max(0, weekdayNamed(match[1] ?? ""));
    const isWeek = !match[0].toLowerCase().endsWith("month");
    return dayWord(match, isWeek ? today + 7 - weekdayOf(today) + weekday : dayFromParts(year, month + 1, 1));
  });
  return [...next, ...Array.from(readable.matchAll(DAY_AFTER_TOMORROW), (match) => dayWord(match, today + 2))];
}

function readInAWhile(readable: string, now: Date, zone: string, today: number): DueWord[] {
  return Array.from(readable.matchAll(IN_A_WHILE), (match) => {
    const [, amount = "", unit = ""] = match.map((each) => each?.toLowerCase());
    const isHalf = amount.startsWith("half");
    const number = isHalf ? 0.5 : Number.parseInt(amount, 10) || NUMBERS.indexOf(amount) + 1 || 1;
    if (unit.startsWith("min") || unit.startsWith("h")) {
      const minutes = number * (unit.startsWith("h") ? 60 : 1);
      const then = new Date(wallAt(now.getTime() + minutes * MINUTE_MS, zone)).toISOString();
      return { ...dayWord(match, dayFrom(then)), time: `${then.slice(11, 16)}:00` };
    }
    return dayWord(match, isHalf ? null : laterBy(today, number, unit));
  });
}

/** So many days, weeks, months or years later; on the last day of a month that has no such one. */
function laterBy(today: number, number: number, unit: string): number {
  if (unit === "day" || unit === "week") return today + number * (unit === "day" ? 1 : 7);
  const { year, month, day } = partsOf(today);
  const later = month + number * (unit === "month" ? 1 : 12);
  return Math.min(dayFromParts(year, later, day), dayFromParts(year, later + 1, 1) - 1);
}

function dayWord(match: RegExpExecArray, day: number | null): DueWord {
  return { start: match.index, end: match.index + match[0].length, day, time: null, isWeekday: false };
}

/** What the library found, if it hardly can be anything else. */
function readFound(result: ParsedResult, readable: string, today: number, zone: string): DueWord | null {
  const tags = result.tags();
  if (RELATIVE.some((tag) => tags.has(tag)) || result.text.search(PAST) >= 0) return null;
  if (tags.has(NUMERIC) && !isPlainNumericDate(result.text)) return null;
  const { start } = result;
  const day = dayOf(result, tags, today);
  const span = trimmed({ start: result.index, end: result.index + result.text.length }, readable);
  const isWeekday = day !== null && !start.isCertain("day") && start.isCertain("weekday");
  if (start.isCertain("timezoneOffset") && !ZONE.test(result.text)) {
    const [abbreviation = ""] = ABBREVIATION.exec(readable.slice(span.start, span.end)) ?? [];
    span.end -= abbreviation.length;
  }
  const text = readable.slice(span.start, span.end);
  if (isOftenAVerb(text, span, readable)) return null;
  if (!start.isCertain("hour")) {
    const time = day === null ? null : partOfDay(tags);
    return day === null ? null : { ...span, day, time, isWeekday };
  }
  if (!isClearTime(result, text, tags, day !== null)) {
    const rest = day === null ? null : withoutHour(span, text);
    return rest && { ...rest, day, time: null, isWeekday };
  }
  return { ...span, ...onClock(result, day, text, zone), isWeekday };
}

function dayOf({ start, text }: ParsedResult, tags: Set<string>, today: number): number | null {
  if (/weekend/i.test(text) && !/\b(?:this|next)\s+weekend/i.test(text)) return null;
  const isDate = start.isCertain("day") && start.isCertain("month");
  if (isDate || start.isCertain("weekday")) {
    const [year, month, day] = [start.get("year"), start.get("month"), start.get("day")];
    return year === null || month === null || day === null ? null : dayFromParts(year, month, day);
  }
  return partOfDay(tags) !== null && /^this\b/i.test(text) ? today : null;
}

/** Whether a date of numbers alone is the same one on both sides of the ocean. */
function isPlainNumericDate(text: string): boolean {
  const match = NUMBERS_OF_DATE.exec(text);
  if (match === null) return false;
  const [one, other] = [Number(match[1]), Number(match[2])];
  return one === other || Math.max(one, other) > 12;
}

/** "march 5 miles": months that are verbs before a number, without anything that makes them a date. */
function isOftenAVerb(text: string, span: Span, readable: string): boolean {
  if (!/^(?:may|march)\s+\d{1,2}$/i.test(text) || standsFree(readable.slice(span.end))) return false;
  return span.start === 0 || !/^M/.test(text);
}

function partOfDay(tags: Set<string>): string | null {
  const tag = Object.keys(PARTS_OF_DAY).find((each) => tags.has(each));
  return tag === undefined ? null : (PARTS_OF_DAY[tag] ?? null);
}

/** Whether a time is said so that one knows which half of the day is meant; "at 17" is one only beside a day. */
function isClearTime({ start, end }: ParsedResult, text: string, tags: Set<string>, hasDay: boolean): boolean {
  const hour = start.get("hour") ?? 0;
  if (end && !start.isCertain("meridiem") && hour > (end.get("hour") ?? 0)) return false;
  return (
    /\d:\d{2}|\d\s*[ap]\.?m\b|in\s+the\s+|at\s+night/i.test(text) ||
    tags.has("casualReference/noon") ||
    partOfDay(tags) !== null ||
    (hasDay && hour > 12)
  );
}

/** A date without the "at 5" beside it, which stays text. */
function withoutHour(span: Span, text: string): Span | null {
  const behind = /^(.*?)[\s,]*(?<!\d)(?:at\s*)?\d{1,2}(?:\s*o\W*clock)?$/i.exec(text);
  if (behind?.[1]) return { start: span.start, end: span.start + behind[1].length };
  const before = /^(?:at\s*)?\d{1,2}(?:\s*o\W*clock)?[\s,]+/i.exec(text);
  return before && { start: span.start + before[0].length, end: span.end };
}

/** The day and time of what was found, on the clock of `zone` when it was said on another one. */
function onClock({ start }: ParsedResult, day: number | null, text: string, zone: string) {
  const [hour, minute, second] = [start.get("hour") ?? 0, start.get("minute") ?? 0, start.get("second") ?? 0];
  const offset = start.isCertain("timezoneOffset") && ZONE.test(text) ? start.get("timezoneOffset") : null;
  const { year, month, day: date } = day === null ? partsOfResult(start) : partsOf(day);
  const said = Date.UTC(year, month - 1, date, hour, minute, second);
  const shown = new Date(offset === null ? said : wallAt(said - offset * MINUTE_MS, zone)).toISOString();
  return { day: day === null ? null : dayFrom(shown), time: shown.slice(11, 19) };
}

function partsOfResult(start: ParsedResult["start"]) {
  return { year: start.get("year") ?? 1970, month: start.get("month") ?? 1, day: start.get("day") ?? 1 };
}

/** Without the space, commas and brackets that the library takes along. */
function trimmed(span: Span, readable: string): Span {
  const text = readable.slice(span.start, span.end);
  return {
    start: span.start + (/^[\s,(（]*/.exec(text)?.[0].length ?? 0),
    end: span.end - (/[\s,)）]*$/.exec(text)?.[0].length ?? 0),
  };
}

/** Together with the words before it that lead to a date. */
function introduced(found: DueWord, readable: string): DueWord {
  const [introduction = ""] = INTRODUCTION.exec(readable.slice(0, found.start)) ?? [];
  return { ...found, start: found.start - introduction.length };
}

function isMeant({ start, end, day, time }: DueWord, readable: string, today: number): boolean {
  const [before, text, behind] = [readable.slice(0, start), readable.slice(start, end), readable.slice(end)];
  if (JOINED_BEFORE.test(before) || JOINED_BEHIND.test(behind) || OTHER_DATE.test(before)) return false;
  // Short for days, but words as well.
  if (/^(?:the\s+)?(?:sun|sat|wed)$/i.test(text)) return false;
  return day === null ? time !== null : day >= today && partsOf(day).year <= LAST_YEAR;
}

function spansOf(matches: Iterable<RegExpExecArray>): Span[] {
  return Array.from(matches, (match) => ({ start: match.index, end: match.index + match[0].length }));
}
