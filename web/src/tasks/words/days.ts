/** Days of the calendar, as numbers: how many days they are after 1 January 1970. No zone has a say in them. */

const DAY_MS = 86_400_000;

/** The day of a text that begins with `YYYY-MM-DD`. */
export function dayFrom(text: string): number {
  return Date.parse(text.slice(0, 10)) / DAY_MS;
}

export function dayFromParts(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** The day as `YYYY-MM-DD`. */
export function dayText(day: number): string {
  return dayStart(day).toISOString().slice(0, 10);
}

/** When the day begins on a clock in UTC, for Intl to show. */
export function dayStart(day: number): Date {
  return new Date(day * DAY_MS);
}

/** The day of the week, Monday being 0. */
export function weekdayOf(day: number): number {
  return (dayStart(day).getUTCDay() + 6) % 7;
}

export function partsOf(day: number): { year: number; month: number; day: number } {
  const start = dayStart(day);
  return { year: start.getUTCFullYear(), month: start.getUTCMonth() + 1, day: start.getUTCDate() };
}

export function isLastOfMonth(day: number): boolean {
  return partsOf(day + 1).day === 1;
}
