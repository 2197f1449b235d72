/** Rules of recurrence (RFC 5545, section 3.3.10) in words, and those that a menu offers. */

import { words } from "../../strings/words";
import { dayFrom, isLastOfMonth, partsOf, weekdayOf } from "./days";
import { describeDay } from "./due";

export const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

export interface RepeatChoice {
  label: string;
  rule: string;
}

type Parts = Partial<Record<string, string>>;
type Frequency = keyof typeof words.repeat.every;

/** The parts of each frequency that there are words for; a week's first day makes none. */
const TOLD: Record<Frequency, string[]> = {
  DAILY: [],
  WEEKLY: ["BYDAY"],
  MONTHLY: ["BYDAY", "BYMONTHDAY", "BYSETPOS"],
  YEARLY: ["BYDAY", "BYMONTHDAY", "BYMONTH"],
};
const TOLD_ALWAYS = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"];
const WORKING_DAYS = "MO,TU,WE,TH,FR";
const WEEKEND = "SA,SU";

/** A rule in words; the rule itself where there are none for it. */
export function describeRepeat(rule: string): string {
  const parts: Parts = Object.fromEntries(rule.split(";").map((part) => part.split("=", 2)));
  return described(parts) ?? rule;
}

/** The usual rules that a task due then, on a date or a date-time, is the first occurrence of. */
export function REPEAT_CHOICES(due: string): RepeatChoice[] {
  const at = dayFrom(due);
  const { month, day } = partsOf(at);
  const rules = [
    "FREQ=DAILY",
    `FREQ=WEEKLY;BYDAY=${WEEKDAYS[weekdayOf(at)]}`,
    ...(weekdayOf(at) < 5 ? [`FREQ=WEEKLY;BYDAY=${WORKING_DAYS}`] : []),
    `FREQ=MONTHLY;BYMONTHDAY=${day}`,
    ...(isLastOfMonth(at) ? ["FREQ=MONTHLY;BYMONTHDAY=-1"] : []),
    `FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${day}`,
  ];
  return rules.map((rule) => ({ label: describeRepeat(rule), rule }));
}

function described(parts: Parts): string | null {
  const frequency = parts.FREQ as Frequency;
  const told = TOLD[frequency];
  if (told === undefined) return null;
  if (!Object.keys(parts).every((name) => TOLD_ALWAYS.includes(name) || told.includes(name))) return null;
  const interval = Number(parts.INTERVAL ?? 1);
  const every = words.repeat.every[frequency](interval);
  const how = withDays(every, frequency, interval, parts);
  return how === null ? null : withEnd(how, parts);
}

function withDays(every: string, frequency: Frequency, interval: number, parts: Parts): string | null {
  const { BYDAY: weekdays, BYMONTHDAY: monthDays, BYMONTH: months } = parts;
  // Both together narrow each other down: Friday the 13th.
  if (weekdays !== undefined && monthDays !== undefined) return null;
  if (frequency === "WEEKLY" && interval === 1 && weekdays !== undefined) {
    if (hasSameDays(weekdays, WORKING_DAYS)) return words.repeat.everyWeekday;
    if (hasSameDays(weekdays, WEEKEND)) return words.repeat.everyWeekend;
  }
  if (frequency === "WEEKLY") return weekdays === undefined ? every : onDays(every, weeklyDays(weekdays));
  if (frequency === "YEARLY" && months === undefined) {
    // Counted within the year, the hundredth day or the twentieth Monday.
    return weekdays === undefined && monthDays === undefined ? every : null;
  }
  const days = daysOfMonth(parts);
  if (days === null) return null;
  const names = months && words.repeat.list(numbersOf(months).map(words.repeat.month));
  if (names === undefined) return days === "" ? every : words.repeat.on(every, days);
  return days === "" ? words.repeat.in(every, names) : words.repeat.on(every, words.repeat.of(days, names));
}

function onDays(every: string, days: string | null): string | null {
  return days === null ? null : words.repeat.on(every, days);
}

function weeklyDays(weekdays: string): string | null {
  const days = weekdays.split(",").map(weekdayNumber);
  return days.includes(-1) ? null : words.repeat.list(days.sort((a, b) => a - b).map(words.repeat.weekday));
}

/** The days of a month that are named; "" when none are. */
function daysOfMonth({ BYDAY: weekdays, BYMONTHDAY: monthDays, BYSETPOS: position }: Parts): string | null {
  if (monthDays !== undefined) {
    return position === undefined ? words.repeat.list(numbersOf(monthDays).map(words.repeat.monthDay)) : null;
  }
  if (weekdays === undefined) return position === undefined ? "" : null;
  if (position !== undefined) return nthOfAny(weekdays, position);
  const named = weekdays.split(",").map((weekday) => {
    const n = Number(weekday.slice(0, -2));
    const day = weekdayNumber(weekday.slice(-2));
    return n === 0 || day === -1 ? null : words.repeat.nth(n, words.repeat.weekday(day));
  });
  return named.includes(null) ? null : words.repeat.list(named as string[]);
}

/** The first or last of some days of the week in a month. */
function nthOfAny(weekdays: string, position: string): string | null {
  const n = Number(position);
  if (!Number.isInteger(n)) return null;
  if (hasSameDays(weekdays, WORKING_DAYS)) return words.repeat.nth(n, words.repeat.workingDay);
  const day = weekdayNumber(weekdays);
  return day === -1 ? null : words.repeat.nth(n, words.repeat.weekday(day));
}

function withEnd(how: string, { COUNT: count, UNTIL: until }: Parts): string {
  if (count !== undefined) return words.repeat.times(how, Number(count));
  if (until === undefined) return how;
  return words.repeat.until(how, describeDay(`${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`));
}

function hasSameDays(weekdays: string, others: string): boolean {
  return weekdays.split(",").sort().join() === others.split(",").sort().join();
}

function weekdayNumber(name: string): number {
  return (WEEKDAYS as readonly string[]).indexOf(name);
}

function numbersOf(list: string): number[] {
  return list.split(",").map(Number);
}
