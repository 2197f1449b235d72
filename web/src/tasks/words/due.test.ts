import { describe, expect, test } from "vitest";
import { describeDue, dueDay, dueInstant, isOverdue, todayIn } from "./due";
import { speakBritishEnglish } from "./english.fixture";

speakBritishEnglish();

const BERLIN = "Europe/Berlin";
const task = (due: string | null, due_timezone: string | null = null) => ({ due, due_timezone });
const at = (due: string, zone: string) => new Date(dueInstant(task(due, zone), "UTC") ?? Number.NaN).toISOString();

describe("the instant of a due date", () => {
  test.each([
    ["a plain time", "2026-07-01T09:00:00", BERLIN, "2026-07-01T07:00:00.000Z"],
    ["a time that the clock shows twice is the first one", "2026-10-25T02:30:00", BERLIN, "2026-10-25T00:30:00.000Z"],
    ["a time that it skips is as far behind the change", "2026-03-29T02:30:00", BERLIN, "2026-03-29T01:30:00.000Z"],
    ["just before the change", "2026-03-29T01:59:59", BERLIN, "2026-03-29T00:59:59.000Z"],
    ["just behind it", "2026-03-29T03:00:00", BERLIN, "2026-03-29T01:00:00.000Z"],
    ["behind both of what is shown twice", "2026-10-25T03:00:00", BERLIN, "2026-10-25T02:00:00.000Z"],
    ["far in the west", "2026-11-01T01:30:00", "America/Los_Angeles", "2026-11-01T08:30:00.000Z"],
    ["half an hour's change", "2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:45:00.000Z"],
    ["a whole day that was left out", "2011-12-30T12:00:00", "Pacific/Apia", "2011-12-30T22:00:00.000Z"],
    ["a quarter of an hour", "2026-05-05T00:00:00", "Asia/Kathmandu", "2026-05-04T18:15:00.000Z"],
  ])("%s", (_, due, zone, expected) => {
    expect(at(due, zone)).toBe(expected);
  });

  test("a floating time is read off the viewer's clock", () => {
    expect(dueInstant(task("2026-07-01T09:00:00"), BERLIN)).toBe(Date.parse("2026-07-01T07:00:00Z"));
  });

  test("a whole day ends with that day on the viewer's clock, also when the next one begins late", () => {
    expect(dueInstant(task("2026-07-01"), BERLIN)).toBe(Date.parse("2026-07-01T22:00:00Z"));
    expect(dueInstant(task("2024-04-25"), "Africa/Cairo")).toBe(Date.parse("2024-04-25T22:00:00Z"));
  });

  test("a zone that the browser does not know counts as the viewer's", () => {
    expect(dueInstant(task("2026-07-01T09:00:00", "Mars/Olympus"), BERLIN)).toBe(Date.parse("2026-07-01T07:00:00Z"));
  });

  test("without a date there is none", () => {
    expect(dueInstant(task(null), BERLIN)).toBeNull();
    expect(isOverdue(task(null), new Date(), BERLIN)).toBe(false);
  });
});

describe("overdue and due on a day", () => {
  const now = new Date("2026-07-01T22:30:00Z");

  test("a day is overdue when it is over there", () => {
    expect(isOverdue(task("2026-07-01"), now, BERLIN)).toBe(true);
    expect(isOverdue(task("2026-07-01"), now, "UTC")).toBe(false);
  });

  test("a time is overdue once it is gone by, and not at that moment", () => {
    expect(isOverdue(task("2026-07-01T22:30:00", "UTC"), now, BERLIN)).toBe(false);
    expect(isOverdue(task("2026-07-01T22:29:59", "UTC"), now, BERLIN)).toBe(true);
    expect(isOverdue(task("2026-07-02T00:29:59"), now, BERLIN)).toBe(true);
  });

  test("a time in another zone is on the viewer's day; a whole day and a floating time on their own", () => {
    expect(dueDay(task("2026-07-01T18:00:00", "America/New_York"), BERLIN)).toBe("2026-07-02");
    expect(dueDay(task("2026-07-01T18:00:00"), BERLIN)).toBe("2026-07-01");
    expect(dueDay(task("2026-07-01"), "Pacific/Kiritimati")).toBe("2026-07-01");
    expect(todayIn(BERLIN, now)).toBe("2026-07-02");
  });
});

describe("in words", () => {
  // A Wednesday, noon in Berlin.
  const now = new Date("2026-07-01T10:00:00Z");
  const said = (due: string | null, zone: string | null = null) => describeDue(task(due, zone), now, BERLIN);
  // Whether a comma stands behind the day of the week is a matter of Intl's version.
  const exactly = (due: string, zone: string | null = null) => said(due, zone).exact.replace(",", "");

  test.each([
    ["2026-07-01", "Today", "today"],
    ["2026-07-01T13:00:00", "Today 13:00", "today"],
    ["2026-07-01T11:00:00", "Today 11:00", "overdue"],
    ["2026-07-02T11:00:00", "Tomorrow 11:00", "soon"],
    ["2026-07-03", "Fri", "soon"],
    ["2026-07-07", "Tue", "soon"],
    ["2026-07-08", "8 Jul", "soon"],
    ["2026-07-09", "9 Jul", "later"],
    ["2027-05-03", "3 May 2027", "later"],
    ["2026-06-30", "Yesterday", "overdue"],
    ["2026-06-26", "26 Jun", "overdue"],
    ["2025-12-31", "31 Dec 2025", "overdue"],
  ])("%s is %s, %s", (due, text, state) => {
    expect(said(due)).toMatchObject({ text, state });
  });

  test("a day is given in full, a time with its zone", () => {
    expect(exactly("2026-07-03")).toBe("Friday 3 July 2026");
    expect(exactly("2026-07-03T11:00:00")).toBe("Friday 3 July 2026 at 11:00");
    expect(exactly("2026-07-03T11:00:00", BERLIN)).toBe("Friday 3 July 2026 at 11:00 (Europe/Berlin)");
  });

  test("another zone's time is told on the viewer's clock, and exactly on its own too", () => {
    expect(said("2026-07-02T11:00:00", "Europe/London").text).toBe("Tomorrow 12:00");
    expect(exactly("2026-07-02T11:00:00", "Europe/London")).toBe(
      "Thursday 2 July 2026 at 12:00 (11:00 in Europe/London)",
    );
    expect(said("2026-07-01T22:30:00", "Pacific/Honolulu").text).toBe("Tomorrow 10:30");
    expect(exactly("2026-07-01T22:30:00", "Pacific/Honolulu")).toBe(
      "Thursday 2 July 2026 at 10:30 (Wednesday 22:30 in Pacific/Honolulu)",
    );
  });

  test("no date is said too", () => {
    expect(said(null)).toMatchObject({ text: "No date", state: "later" });
  });
});
