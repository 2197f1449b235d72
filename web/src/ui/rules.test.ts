import { expect, test } from "vitest";
import { common } from "../strings/common";
import { within } from "./rules";

const rule = within({ minLength: 8, maxLength: 128 });

test("as many characters as there may be are accepted, and one more or less is refused", () => {
  expect(rule("a".repeat(7))).toBe(common.tooShort(8));
  expect(rule("a".repeat(8))).toBeUndefined();
  expect(rule("a".repeat(128))).toBeUndefined();
  expect(rule("a".repeat(129))).toBe(common.tooLong(128));
});

test("a character beyond the basic plane is one character", () => {
  expect(rule("🌻".repeat(7))).toBe(common.tooShort(8));
  expect(rule("🌻".repeat(128))).toBeUndefined();
});
