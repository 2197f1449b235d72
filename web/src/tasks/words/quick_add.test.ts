import { describe, expect, test } from "vitest";
import { speakBritishEnglish } from "./english.fixture";
import { parseQuickAdd } from "./quick_add";

speakBritishEnglish();

// A Saturday, eleven in the morning in Berlin.
const moment = { now: new Date("2026-11-21T10:00:00Z"), zone: "Europe/Berlin" };
const read = (text: string, ...ignore: string[]) => parseQuickAdd(text, moment, new Set(ignore));

describe("all together", () => {
  test("what is read is told part by part, the rest is the title", () => {
    expect(read("pay rent tomorrow 11am #home !high every month")).toEqual({
      title: "pay rent",
      due: "2026-11-22T11:00:00",
      due_timezone: "Europe/Berlin",
      priority: "high",
      tags: ["home"],
      repeat: "FREQ=MONTHLY",
      repeat_from: "due",
      chips: [
        { kind: "due", text: "tomorrow 11am", label: "Tomorrow 11:00", start: 9, end: 22 },
        { kind: "tag", text: "#home", label: "home", start: 23, end: 28 },
        { kind: "priority", text: "!high", label: "High priority", start: 29, end: 34 },
        { kind: "repeat", text: "every month", label: "Every month", start: 35, end: 46 },
      ],
    });
  });

  test.each([
    ["tomorrow: call Bob", "call Bob"],
    ["call Bob, tomorrow", "call Bob"],
    ["call Bob tomorrow?", "call Bob?"],
    ["Call (tomorrow) Bob", "Call Bob"],
    ["milk #a, #b, eggs", "milk, eggs"],
    ["- buy  milk #home - then eggs", "- buy  milk - then eggs"],
    ["  spaced \u3000", "spaced"],
    ["tomorrow #home !h every day", ""],
    ["", ""],
  ])("the title of %j is %j", (text, title) => {
    expect(read(text).title).toBe(title);
  });

  test("a title that is too long is left whole: nothing that was typed is lost unseen", () => {
    expect(read(`${"🌱".repeat(205)} tomorrow`).title).toBe("🌱".repeat(205));
  });
});

describe("tags and priorities", () => {
  test.each([
    ["#home/kitchen-sink_2 #日本語 #कि", ["home/kitchen-sink_2", "日本語", "कि"]],
    ["x #a, #a #A.", ["a", "A"]],
    ["C# mail#to http://a.example/#b #1 # #!", []],
    [`#${"x".repeat(50)} #${"y".repeat(51)}`, ["x".repeat(50)]],
  ])("the tags of %j", (text, tags) => {
    expect(read(text).tags).toEqual(tags);
  });

  test("the 21st tag stays text", () => {
    const { tags, title } = read(Array.from({ length: 21 }, (_, n) => `#t${n}`).join(" "));
    expect(tags).toHaveLength(20);
    expect(title).toBe("#t20");
  });

  test.each([
    ["x !1", "high"],
    ["x !M", "medium"],
    ["x !low", "low"],
    ["x !low !high", "high"],
    ["x !!high wow!high !highest !4", "none"],
  ])("the priority of %j is %s", (text, priority) => {
    expect(read(text).priority).toBe(priority);
  });
});

describe("due dates", () => {
  test.each([
    ["x today", "2026-11-21"],
    ["x friday", "2026-11-27"],
    ["x saturday", "2026-11-21"],
    ["x saturday 9am", "2026-11-28T09:00:00"],
    ["x tomorrow 9:30", "2026-11-22T09:30:00"],
    ["9am standup tomorrow", "2026-11-22T09:00:00"],
    ["x 5pm", "2026-11-21T17:00:00"],
    ["x 9am", "2026-11-22T09:00:00"],
    ["x today 9am", "2026-11-21T09:00:00"],
    ["x tomorrow at 17", "2026-11-22T17:00:00"],
    ["x tomorrow noon", "2026-11-22T12:00:00"],
    ["x friday evening", "2026-11-27T19:00:00"],
    ["x tonight at 8", "2026-11-21T20:00:00"],
    ["x 3 May", "2027-05-03"],
    ["x on the 5th of December", "2026-12-05"],
    ["x 2027-05-03", "2027-05-03"],
    ["13/5/2027 x", "2027-05-13"],
    ["3-5 May x", "2027-05-03"],
    ["9-11am x", "2026-11-22T09:00:00"],
    ["x in 2 hours", "2026-11-21T13:00:00"],
    ["x in half an hour", "2026-11-21T11:30:00"],
    ["x in 3 days", "2026-11-24"],
    ["x in a month", "2026-12-21"],
    ["the day after tomorrow x", "2026-11-23"],
    ["x next week", "2026-11-23"],
    ["x next week on tuesday", "2026-11-24"],
    ["x next month", "2026-12-01"],
    ["x by end of month", "2026-11-30"],
    ["sun 9am x", "2026-11-22T09:00:00"],
    ["x by sun", "2026-11-22"],
    ["x 9am EST", "2026-11-21T15:00:00"],
    ["monday x friday", "2026-11-27"],
  ])("%s is due %s", (text, due) => {
    expect(read(text)).toMatchObject({ due, due_timezone: due.includes("T") ? "Europe/Berlin" : null });
  });

  test.each([
    "may I go",
    "go in may",
    "march 5 miles",
    "enjoy the sun",
    "call 3 people",
    "back in a second",
    "may second",
    "call at 5",
    "at 17 Main Street",
    "call 9-5pm",
    "24/7 support",
    "1/2 cup",
    "trip 5/6/2027",
    "version 1.2.2024",
    "run 5 minutes",
    "holiday for 2 weeks",
    "in a few days",
    "in 0 days",
    "do it now",
    "report of 5 May 2027",
    "letter of yesterday",
    "5 May 2020",
    "rest until friday",
    "tomorrow's agenda",
    "pre-friday",
    "friday@example.com",
    "weekend trip",
    "feb 30",
    "midnight",
  ])("%s is no due date", (text) => {
    expect(read(text)).toMatchObject({ title: text, due: null, chips: [] });
  });

  test("what cannot be told of a time stays text, and the day counts", () => {
    expect(read("meet Bob tomorrow at 5")).toMatchObject({ title: "meet Bob at 5", due: "2026-11-22" });
    expect(read("call tomorrow midnight")).toMatchObject({ title: "call midnight", due: "2026-11-22" });
    expect(read("9am eat breakfast")).toMatchObject({ title: "eat breakfast", due: "2026-11-22T09:00:00" });
  });

  test("all of the day a date is still to come, on the clock of the zone", () => {
    const late = { now: new Date("2026-11-21T23:30:00Z"), zone: "Pacific/Auckland" };
    expect(parseQuickAdd("x 22 nov", late).due).toBe("2026-11-22");
    expect(parseQuickAdd("x sunday", late).due).toBe("2026-11-22");
    expect(parseQuickAdd("x today", late).due).toBe("2026-11-22");
    expect(parseQuickAdd("x today", { ...late, zone: "America/New_York" }).due).toBe("2026-11-21");
  });

  test("a day and a time apart from each other are two chips", () => {
    expect(read("11am standup tomorrow").chips).toMatchObject([
      { text: "11am", label: "11:00" },
      { text: "tomorrow", label: "Tomorrow 11:00" },
    ]);
  });
});

describe("recurrence", () => {
  test.each([
    ["x every day", "FREQ=DAILY", "2026-11-21"],
    ["x daily", "FREQ=DAILY", "2026-11-21"],
    ["x annually", "FREQ=YEARLY", "2026-11-21"],
    ["x every day at 9am", "FREQ=DAILY", "2026-11-22T09:00:00"],
    ["x every other week", "FREQ=WEEKLY;INTERVAL=2", "2026-11-21"],
    ["every 10 days x", "FREQ=DAILY;INTERVAL=10", "2026-11-21"],
    ["every second day x", "FREQ=DAILY;INTERVAL=2", "2026-11-21"],
    ["every weekday x", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-23"],
    ["every work day x", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-23"],
    ["every weekend x", "FREQ=WEEKLY;BYDAY=SA,SU", "2026-11-21"],
    ["every friday, tue and Monday x", "FREQ=WEEKLY;BYDAY=MO,TU,FR", "2026-11-23"],
    ["every other friday x", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "2026-11-27"],
    ["weekly on monday and thursday x", "FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-23"],
    ["x every 15th", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-12-15"],
    ["x every 1st and 15th", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-12-01"],
    ["every first day of the month x", "FREQ=MONTHLY;BYMONTHDAY=1", "2026-12-01"],
    ["every last day of the month x", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30"],
    ["every month on the 15th x", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-12-15"],
    ["every 2 months on the last friday x", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "2026-11-27"],
    ["every second tuesday x", "FREQ=MONTHLY;BYDAY=2TU", "2026-12-08"],
    ["every 5th friday of the month x", "FREQ=MONTHLY;BYDAY=5FR", "2027-01-29"],
    ["x every year on 3 may", "FREQ=YEARLY", "2027-05-03"],
    ["31 december x every month", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-12-31"],
    ["x tomorrow every monday", "FREQ=WEEKLY;BYDAY=MO", "2026-11-23"],
    ["x every friday starting 1 december", "FREQ=WEEKLY;BYDAY=FR", "2026-12-04"],
    ["x every saturday 9am", "FREQ=WEEKLY;BYDAY=SA", "2026-11-28T09:00:00"],
  ])("%s: %s from %s on", (text, repeat, due) => {
    expect(read(text)).toMatchObject({ title: "x", repeat, repeat_from: "due", due });
  });

  test.each(["every! 3 days x", "every 3 days after completion x"])("%s goes on from completion", (text) => {
    const { chips, ...fields } = read(text);
    expect(fields).toMatchObject({ title: "x", repeat: "FREQ=DAILY;INTERVAL=3", repeat_from: "completion" });
    expect(chips[0]?.label).toBe("Every 3 days after completion");
  });

  test.each([
    "weekly review",
    "every second counts",
    "every 2nd car",
    "every 5000 days",
    "every 0 days",
    "every 32nd",
    "everyday tasks",
    "after completion",
  ])("%s does not repeat", (text) => {
    expect(read(text)).toMatchObject({ title: text, repeat: null, due: null });
  });

  test("a list of days ends before what is no day, and the last rule counts", () => {
    expect(read("every monday and call Bob").title).toBe("and call Bob");
    expect(read("every day x every monday")).toMatchObject({ title: "every day x", repeat: "FREQ=WEEKLY;BYDAY=MO" });
  });
});

describe("what is to stay text", () => {
  test("is behind a backslash, which is taken away", () => {
    expect(read("\\tomorrow \\#5 \\#home \\!high")).toMatchObject({ title: "tomorrow #5 #home !high", chips: [] });
    expect(read("C:\\today \\\\server").title).toBe("C:\\today \\\\server");
  });

  test("is in quotation marks", () => {
    expect(read('read "tomorrow never dies" friday')).toMatchObject({
      title: 'read "tomorrow never dies"',
      due: "2026-11-27",
    });
    expect(read('every "blue" monday').repeat).toBeNull();
  });

  test("was a chip that is not wanted; what is left of it is not read in its place", () => {
    expect(read("gym every monday #x", "every monday", "#x")).toMatchObject({
      title: "gym every monday #x",
      chips: [],
    });
    expect(read("call tomorrow about friday", "friday")).toMatchObject({
      due: "2026-11-22",
      title: "call about friday",
    });
    expect(read("#home #home-x", "#home").tags).toEqual(["home-x"]);
  });
});
