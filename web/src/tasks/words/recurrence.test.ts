import { describe, expect, test } from "vitest";
import { speakBritishEnglish } from "./english.fixture";
import { describeRepeat, REPEAT_CHOICES } from "./recurrence";

speakBritishEnglish();

describe("a rule in words", () => {
  test.each([
    ["FREQ=DAILY", "Every day"],
    ["FREQ=DAILY;INTERVAL=3", "Every 3 days"],
    ["FREQ=DAILY;COUNT=5", "Every day, 5 times"],
    ["FREQ=DAILY;COUNT=1", "Every day, once"],
    ["FREQ=DAILY;UNTIL=20270503", "Every day until 3 May 2027"],
    ["FREQ=DAILY;UNTIL=20270503T180000Z", "Every day until 3 May 2027"],
    ["FREQ=WEEKLY", "Every week"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,MO", "Every 2 weeks on Monday and Friday"],
    ["FREQ=WEEKLY;BYDAY=MO,TU,FR;WKST=SU", "Every week on Monday, Tuesday and Friday"],
    ["FREQ=WEEKLY;BYDAY=FR,MO,TU,WE,TH", "Every weekday"],
    ["FREQ=WEEKLY;BYDAY=SU,SA", "Every weekend"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU", "Every 2 weeks on Saturday and Sunday"],
    ["FREQ=MONTHLY", "Every month"],
    ["FREQ=MONTHLY;BYMONTHDAY=15", "Every month on the 15th"],
    ["FREQ=MONTHLY;BYMONTHDAY=1,22,13", "Every month on the 1st, the 22nd and the 13th"],
    ["FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day"],
    ["FREQ=MONTHLY;BYMONTHDAY=-3", "Every month on the third to last day"],
    ["FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU", "Every 2 months on the second Tuesday"],
    ["FREQ=MONTHLY;BYDAY=-1FR", "Every month on the last Friday"],
    ["FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "Every month on the last weekday"],
    ["FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "Every month on the second Tuesday"],
    ["FREQ=YEARLY", "Every year"],
    ["FREQ=YEARLY;BYMONTH=5", "Every year in May"],
    ["FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=3", "Every year on the 3rd of May"],
    ["FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", "Every year on the last Sunday of March and October"],
  ])("%s: %s", (rule, text) => {
    expect(describeRepeat(rule)).toBe(text);
  });

  test.each([
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "FREQ=MONTHLY;BYDAY=MO",
    "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
    "FREQ=MONTHLY;BYMONTHDAY=1,2;BYSETPOS=1",
    "FREQ=MONTHLY;BYSETPOS=1",
    "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=YEARLY;BYWEEKNO=20",
    "FREQ=DAILY;BYMONTH=5",
    "FREQ=HOURLY",
    "something else",
  ])("%s stands for itself", (rule) => {
    expect(describeRepeat(rule)).toBe(rule);
  });
});

describe("the choices of a menu", () => {
  const rules = (due: string) => REPEAT_CHOICES(due).map((choice) => choice.rule);

  test("are those that the due date is the first occurrence of", () => {
    expect(REPEAT_CHOICES("2026-07-03T09:00:00")).toEqual([
      { label: "Every day", rule: "FREQ=DAILY" },
      { label: "Every week on Friday", rule: "FREQ=WEEKLY;BYDAY=FR" },
      { label: "Every weekday", rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" },
      { label: "Every month on the 3rd", rule: "FREQ=MONTHLY;BYMONTHDAY=3" },
      { label: "Every year on the 3rd of July", rule: "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=3" },
    ]);
  });

  test("the last day of a month is offered on it alone, and weekdays on none of a weekend", () => {
    expect(rules("2028-02-29")).toContain("FREQ=MONTHLY;BYMONTHDAY=-1");
    expect(rules("2028-02-28")).not.toContain("FREQ=MONTHLY;BYMONTHDAY=-1");
    expect(rules("2026-07-04")).not.toContain("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR");
  });
});
