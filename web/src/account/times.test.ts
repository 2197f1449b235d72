import { expect, test } from "vitest";
import { relative } from "./times";

const NOW = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
const DAY = 86_400_000;

test.each([
  [0, "now"],
  [-59_000, "now"],
  [30_000, "now"],
  [-MINUTE, "1 minute ago"],
  [-59 * MINUTE, "59 minutes ago"],
  [-23.9 * 60 * MINUTE, "23 hours ago"],
  [-DAY, "yesterday"],
  [-12 * DAY, "12 days ago"],
  [-31 * DAY, "last month"],
  [-800 * DAY, "2 years ago"],
  [7 * DAY, "in 7 days"],
])("%d milliseconds from now is %s", (difference, words) => {
  expect(relative(NOW + difference, NOW)).toBe(words);
});
