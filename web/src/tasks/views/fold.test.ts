import { expect, test } from "vitest";
import { folded } from "./fold";

test.each([
  ["PLANTS", "plants"],
  ["Crème Brûlée", "creme brulee"],
  ["STRASSE", "straße"],
  ["ΟΔΌΣ", "οδος"],
  ["ﬁle Ｗｉｄｅ", "file wide"],
  ["İzmir", "izmir"],
  ["Ångström", "ångstrom"],
])("%s and %s are the same", (one, other) => {
  expect(folded(one)).toBe(folded(other));
});

test("what makes another word is kept", () => {
  expect(folded("की")).not.toBe(folded("का"));
  expect(folded("ısı")).not.toBe(folded("isi"));
});
