import { expect, it } from "vitest";
import { Layered } from "./layered";

it("is a map like any other", () => {
  const base = new Map([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  const map = new Layered(
    base,
    new Map([
      ["b", undefined],
      ["c", 4],
      ["d", 5],
      ["e", undefined],
    ]),
  );
  const plain = new Map([
    ["a", 1],
    ["c", 4],
    ["d", 5],
  ]);
  expect(new Map(map)).toEqual(plain);
  expect([...map.keys()]).toEqual([...plain.keys()]);
  expect([...map.values()]).toEqual([...plain.values()]);
  expect(map.size).toBe(3);
  expect(["a", "b", "c", "d", "e", "f"].map((id) => [map.get(id), map.has(id)])).toEqual(
    ["a", "b", "c", "d", "e", "f"].map((id) => [plain.get(id), plain.has(id)]),
  );
  const seen: [string, number][] = [];
  map.forEach((value, id) => {
    seen.push([id, value]);
  });
  expect(seen).toEqual([...plain]);
});
