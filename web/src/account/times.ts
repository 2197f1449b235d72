/** Moments, in words and exactly. */

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** How long ago it was, or how long it will be: `2 hours ago`. Both on the clock of `Date.now`. */
export function relative(at: number, now: number): string {
  const seconds = (at - now) / 1000;
  const [unit, size] = UNITS.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  // Less than a minute is now: the clocks of two machines differ by more than one would care about.
  return unit === "second" ? words.format(0, "second") : words.format(Math.trunc(seconds / size), unit);
}

/** Day and time on this device's clock. */
export function exact(at: number): string {
  return exactly.format(at);
}
