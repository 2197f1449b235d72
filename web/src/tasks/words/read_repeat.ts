/** Phrases of recurrence in a typed text, read as rules: "every other friday", "monthly on the 15th". */

import { isLastOfMonth, partsOf, weekdayOf } from "./days";
import { type Span, standsFree, weekdayNamed } from "./reading";
import { WEEKDAYS } from "./recurrence";

export interface Repeat extends Span {
  rule: string;
  from: "due" | "completion";
  /** Whether the rule can begin on a day. */
  fits(day: number): boolean;
}

/** A rule, and how much of the text it was read from. */
interface Phrase {
  length: number;
  rule: string;
  fits: (day: number) => boolean;
}

/** Which days of a period are meant. */
type Days = Pick<Phrase, "length" | "fits"> & { parts: string };

const MOST = 1000;
const NUMBERS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const ORDINALS = ["first", "second", "third", "fourth", "fifth"];
const FREQUENCIES: Record<string, string> = { day: "DAILY", week: "WEEKLY", month: "MONTHLY", year: "YEARLY" };
const ADVERBS: Record<string, string> = {
  daily: "day",
  weekly: "week",
  monthly: "month",
  yearly: "year",
  annually: "year",
};

const DAY =
  "(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?";
const AND = "(?:\\s*[,/&]\\s*(?:and\\s+)?|\\s+and\\s+)";
const DAY_LIST = `${DAY}(?:${AND}${DAY})*`;
const DATE = "\\d{1,2}(?:st|nd|rd|th)";
const DATE_LIST = `${DATE}(?:${AND}${DATE})*`;
const NTH = `(?:${ORDINALS.join("|")}|${DATE})`;
const OF_MONTH = "\\s+of\\s+(?:the|every|each)\\s+month";
const END = "(?![\\p{L}\\p{N}_]|[-'’]\\p{L})";

const at = (pattern: string) => new RegExp(`^${pattern}${END}`, "iu");
const EVERY = /(?<![\p{L}\p{N}_-])every(!\s*|\s+)/giu;
const ADVERB = new RegExp(`(?<![\\p{L}\\p{N}_-])(${Object.keys(ADVERBS).join("|")})${END}`, "giu");
const WORKING_DAY = at("(?:week|work)\\s?days?");
const WEEKEND = at("weekends?");
const DAY_OF_MONTH = at(`(${NTH}|last)\\s+day${OF_MONTH}`);
const PERIOD = at(`(?:(other|\\d{1,4}|${NUMBERS.join("|")}|${NTH})\\s+)?(day|week|month|year)s?`);
const LISTED = at(`(other\\s+)?(${DAY_LIST})`);
const NTH_WEEKDAY = at(`(${NTH}|last)\\s+(${DAY})(?:${OF_MONTH})?`);
const DATES = at(`(${DATE_LIST}|last\\s+day)(${OF_MONTH})?`);
const ON = /^\s+on\s+(?:the\s+)?/iu;
const AFTER_COMPLETION = at("\\s+after\\s+completion");

/** All phrases of recurrence that there are, in their order. */
export function readRepeats(readable: string): Repeat[] {
  const found: Repeat[] = [];
  const add = (start: number, before: number, phrase: Phrase | null, wantsCompletion: boolean) => {
    if (phrase === null) return;
    const end = before + phrase.length;
    const [completion = ""] = AFTER_COMPLETION.exec(readable.slice(end)) ?? [];
    const from = wantsCompletion || completion !== "" ? "completion" : "due";
    found.push({ start, end: end + completion.length, rule: phrase.rule, from, fits: phrase.fits });
  };
  for (const match of readable.matchAll(EVERY)) {
    const begin = match.index + match[0].length;
    add(match.index, begin, readEvery(readable.slice(begin)), match[1]?.startsWith("!") ?? false);
  }
  for (const match of readable.matchAll(ADVERB)) {
    const begin = match.index + match[0].length;
    add(match.index, begin, readAdverb(match[1] ?? "", readable.slice(begin)), false);
  }
  return found.sort((one, other) => one.start - other.start);
}

/** What stands behind "every". */
function readEvery(text: string): Phrase | null {
  return readWeekdays(text) ?? readDayOfMonth(text) ?? readPeriod(text) ?? readNthWeekday(text) ?? readDates(text);
}

function readWeekdays(text: string): Phrase | null {
  const working = WORKING_DAY.exec(text);
  if (working) return weekly(working[0].length, 1, [0, 1, 2, 3, 4]);
  const weekend = WEEKEND.exec(text);
  if (weekend) return weekly(weekend[0].length, 1, [5, 6]);
  const listed = LISTED.exec(text);
  return listed && weekly(listed[0].length, listed[1] ? 2 : 1, weekdaysIn(listed[2] ?? ""));
}

function readDayOfMonth(text: string): Phrase | null {
  const match = DAY_OF_MONTH.exec(text);
  return match && ruled("MONTHLY", 1, daysAt(match[0].length, [ordinal(match[1] ?? "")]));
}

function readPeriod(text: string): Phrase | null {
  const match = PERIOD.exec(text);
  const interval = intervalOf(match?.[1]);
  if (match === null || interval < 1 || interval > MOST) return null;
  return readDaysOf((match[2] ?? "").toLowerCase(), interval, match[0].length, text.slice(match[0].length));
}

/** "weekly" and the like; before another word they tell what kind of thing that is. */
function readAdverb(adverb: string, behind: string): Phrase | null {
  const phrase = readDaysOf(ADVERBS[adverb.toLowerCase()] ?? "", 1, 0, behind);
  return phrase && (phrase.length > 0 || standsFree(behind)) ? phrase : null;
}

/** A period, and the days of it that are named behind it, if some are. */
function readDaysOf(unit: string, interval: number, length: number, behind: string): Phrase | null {
  const frequency = FREQUENCIES[unit] ?? "";
  const [on = ""] = ON.exec(behind) ?? [];
  const rest = behind.slice(on.length);
  const days = on === "" ? null : unit === "week" ? listedDays(rest) : unit === "month" ? namedDays(rest) : null;
  if (days === null) return ruled(frequency, interval, { length, parts: "", fits: () => true });
  return ruled(frequency, interval, { ...days, length: length + on.length + days.length });
}

function listedDays(text: string): Days | null {
  const match = at(DAY_LIST).exec(text);
  return match && onWeekdays(match[0].length, weekdaysIn(match[0]));
}

function namedDays(text: string): Days | null {
  const nth = NTH_WEEKDAY.exec(text);
  if (nth) return onNthWeekday(nth);
  const dates = DATES.exec(text);
  return dates && daysAt(dates[0].length, datesIn(dates[1] ?? ""));
}

function readNthWeekday(text: string): Phrase | null {
  const match = NTH_WEEKDAY.exec(text);
  return match && ruled("MONTHLY", 1, onNthWeekday(match));
}

/** "every 15th"; every 2nd something is another thing. */
function readDates(text: string): Phrase | null {
  const match = DATES.exec(text);
  if (match === null || !(match[2] || standsFree(text.slice(match[0].length)))) return null;
  return ruled("MONTHLY", 1, daysAt(match[0].length, datesIn(match[1] ?? "")));
}

function weekly(length: number, interval: number, weekdays: number[]): Phrase | null {
  return ruled("WEEKLY", interval, onWeekdays(length, weekdays));
}

function onWeekdays(length: number, weekdays: number[]): Days {
  const names = weekdays.map((weekday) => WEEKDAYS[weekday]);
  return { length, parts: `;BYDAY=${names.join()}`, fits: (day) => weekdays.includes(weekdayOf(day)) };
}

function onNthWeekday(match: RegExpExecArray): Days | null {
  const n = ordinal(match[1] ?? "");
  const [weekday = 0] = weekdaysIn(match[2] ?? "");
  if (n === 0 || n > 5) return null;
  const fits = (day: number) =>
    weekdayOf(day) === weekday &&
    (n < 0 ? partsOf(day + 7).month !== partsOf(day).month : Math.ceil(partsOf(day).day / 7) === n);
  return { length: match[0].length, parts: `;BYDAY=${n}${WEEKDAYS[weekday]}`, fits };
}

function daysAt(length: number, days: number[]): Days | null {
  if (days.some((day) => day === 0 || day > 31)) return null;
  const fits = (day: number) => days.includes(partsOf(day).day) || (days.includes(-1) && isLastOfMonth(day));
  return { length, parts: `;BYMONTHDAY=${days.join()}`, fits };
}

function ruled(frequency: string, interval: number, days: Days | null): Phrase | null {
  if (days === null) return null;
  const rule = `FREQ=${frequency}${interval === 1 ? "" : `;INTERVAL=${interval}`}${days.parts}`;
  return { length: days.length, rule, fits: days.fits };
}

function intervalOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const word = text.toLowerCase();
  if (word === "other") return 2;
  const number = NUMBERS.indexOf(word);
  return number >= 0 ? number + 2 : /^\d+$/.test(word) ? Number(word) : ordinal(word);
}

/** The number of an ordinal; -1 for the last. */
function ordinal(text: string): number {
  const word = text.toLowerCase();
  return word === "last" ? -1 : ORDINALS.indexOf(word) + 1 || Number.parseInt(word, 10);
}

function weekdaysIn(text: string): number[] {
  const days = (text.match(new RegExp(DAY, "gi")) ?? []).map(weekdayNamed);
  return [...new Set(days)].sort((one, other) => one - other);
}

function datesIn(text: string): number[] {
  const dates = text.toLowerCase().startsWith("last") ? [-1] : (text.match(/\d+/g) ?? []).map(Number);
  return [...new Set(dates)].sort((one, other) => one - other);
}
