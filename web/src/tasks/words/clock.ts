/** What the clocks of time zones show, found by asking Intl. Wall-clock times are milliseconds as if they were in UTC. */

const HOUR_MS = 3_600_000;
const MARGIN_MS = 24 * HOUR_MS;

const clocks = new Map<string, Intl.DateTimeFormat | null>();

function clockOf(zone: string): Intl.DateTimeFormat | null {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    try {
      clock = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
    } catch {
      clock = null;
    }
    clocks.set(zone, clock);
  }
  return clock;
}

/** Whether this browser knows the zone; the service can know newer ones. */
export function isKnownZone(zone: string): boolean {
  return clockOf(zone) !== null;
}

/** What the clock of a zone shows at an instant, to the second; one that is not known shows UTC. */
export function wallAt(instant: number, zone: string): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  const clock = clockOf(zone);
  if (clock === null) return Math.floor(instant / 1000) * 1000;
  for (const { type, value } of clock.formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function offsetAt(instant: number, zone: string): number {
  return wallAt(instant, zone) - Math.floor(instant / 1000) * 1000;
}

/**
 * The instant at which the clock of a zone shows a time. One that it shows twice is the first one; one that it skips
 * is as far behind the change as it would have been without it (RFC 5545, section 3.3.5).
 */
export function instantAt(wall: number, zone: string): number {
  // No zone changes its clock twice in two days, and none is a day off from UTC.
  const before = offsetAt(wall - MARGIN_MS, zone);
  const after = offsetAt(wall + MARGIN_MS, zone);
  const isAfter =
    before !== after && offsetAt(wall - before, zone) !== before && offsetAt(wall - after, zone) === after;
  return wall - (isAfter ? after : before);
}
