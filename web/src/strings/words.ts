/** How dates, recurrence and what was typed are put into words. */

/** The language that the words here are in: names within a sentence and plurals follow it, and not the browser's. */
const LANGUAGE = "en-GB";

const ORDINAL_ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };
const NUMBERED = ["first", "second", "third", "fourth", "fifth"];

const ordinals = new Intl.PluralRules(LANGUAGE, { type: "ordinal" });
const plurals = new Intl.PluralRules(LANGUAGE);
const lists = new Intl.ListFormat(LANGUAGE);
const weekdays = new Intl.DateTimeFormat(LANGUAGE, { weekday: "long", timeZone: "UTC" });
const months = new Intl.DateTimeFormat(LANGUAGE, { month: "long", timeZone: "UTC" });

const ordinal = (n: number) => `${n}${ORDINAL_ENDINGS[ordinals.select(n)] ?? "th"}`;
const numbered = (n: number) => NUMBERED[n - 1] ?? ordinal(n);
const isOne = (n: number) => plurals.select(n) === "one";

export const words = {
  due: {
    none: "No date",
    today: "Today",
    tomorrow: "Tomorrow",
    yesterday: "Yesterday",
    /** A day and a time, as short as can be. */
    at: (day: string, time: string) => `${day} ${time}`,
    /** The same in full. */
    exactly: (day: string, time: string) => `${day} at ${time}`,
    inZone: (moment: string, zone: string) => `${moment} (${zone})`,
    /** The same with what another zone's clock shows then. */
    elsewhere: (here: string, there: string, zone: string) => `${here} (${there} in ${zone})`,
  },
  repeat: {
    every: {
      DAILY: (n: number) => (isOne(n) ? "Every day" : `Every ${n} days`),
      WEEKLY: (n: number) => (isOne(n) ? "Every week" : `Every ${n} weeks`),
      MONTHLY: (n: number) => (isOne(n) ? "Every month" : `Every ${n} months`),
      YEARLY: (n: number) => (isOne(n) ? "Every year" : `Every ${n} years`),
    },
    everyWeekday: "Every weekday",
    everyWeekend: "Every weekend",
    /** A day of the week, Monday being 0. */
    weekday: (day: number) => weekdays.format(Date.UTC(2001, 0, 1 + day)),
    /** A month, January being 1. */
    month: (month: number) => months.format(Date.UTC(2001, month - 1, 1)),
    /** A day of the month, from its end when negative. */
    monthDay: (day: number) =>
      day > 0 ? `the ${ordinal(day)}` : day === -1 ? "the last day" : `the ${numbered(-day)} to last day`,
    /** One of what a month or year has several of, from its end when negative. */
    nth: (n: number, what: string) =>
      n > 0 ? `the ${numbered(n)} ${what}` : n === -1 ? `the last ${what}` : `the ${numbered(-n)} to last ${what}`,
    workingDay: "weekday",
    list: (items: string[]) => lists.format(items),
    on: (how: string, days: string) => `${how} on ${days}`,
    in: (how: string, months: string) => `${how} in ${months}`,
    of: (days: string, months: string) => `${days} of ${months}`,
    times: (how: string, n: number) => (isOne(n) ? `${how}, once` : `${how}, ${n} times`),
    until: (how: string, day: string) => `${how} until ${day}`,
    afterCompletion: (how: string) => `${how} after completion`,
  },
  priority: { none: "No priority", low: "Low priority", medium: "Medium priority", high: "High priority" },
};
