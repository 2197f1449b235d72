import { expect, test } from "vitest";
import type { Change, Task } from "../model";
import { besides, indented, levelsBelow, manualRows, orderAtTop, orderBelow, outdented, stepped } from "./places";

/** Tasks from an outline: two spaces are a level. */
function outline(text: string): Map<string, Task> {
  const tasks = new Map<string, Task>();
  const above: string[] = [];
  for (const [order, line] of text.split("\n").filter(Boolean).entries()) {
    const id = line.trim();
    const level = line.search(/\S/) / 2;
    above[level] = id;
    const parent_id = above[level - 1] && level > 0 ? above[level - 1] : null;
    tasks.set(id, {
      id,
      title: id,
      order,
      parent_id,
      completed: false,
      deleted_at: null,
      due: null,
      tags: [],
    } as unknown as Task);
  }
  return tasks;
}

/** The outline that tasks make after changes. */
function after(tasks: Map<string, Task>, changes: Change[]): string {
  const changed = new Map(tasks);
  for (const change of changes) {
    if (change.kind !== "patch") throw new Error(change.kind);
    changed.set(change.id, { ...(changed.get(change.id) as Task), ...change.patch } as Task);
  }
  return `\n${manualRows(changed)
    .map(({ task, depth }) => "  ".repeat(depth) + task.id)
    .join("\n")}\n`;
}

const PARTY = `
party
  cake
    eggs
  guests
sleep
`;

test("a task moves among those on its level, and no further", () => {
  const tasks = outline(PARTY);
  const rows = manualRows(tasks);
  expect(after(tasks, stepped(rows, "guests", "up")?.changes ?? [])).toBe(`
party
  guests
  cake
    eggs
sleep
`);
  expect(stepped(rows, "guests", "down")).toBeNull();
  expect(stepped(rows, "party", "bottom")).toMatchObject({ place: 2, of: 2 });
  expect(stepped(rows, "party", "top")).toBeNull();
  expect(stepped(rows, "nobody", "up")).toBeNull();
});

test("a task becomes the last subtask of the one above it", () => {
  const tasks = outline(PARTY);
  const rows = manualRows(tasks);
  expect(after(tasks, indented(tasks, rows, "guests")?.changes ?? [])).toBe(`
party
  cake
    eggs
    guests
sleep
`);
  expect(indented(tasks, rows, "cake")).toBeNull();
});

test("a task that is taken out of its parent stands right below it, with what hangs on it", () => {
  const tasks = outline(PARTY);
  const rows = manualRows(tasks);
  expect(after(tasks, outdented(tasks, rows, "cake") ?? [])).toBe(`
party
  guests
cake
  eggs
sleep
`);
  expect(outdented(tasks, rows, "sleep")).toBeNull();
});

test("a dropped task takes the level of the one beside it, and is never below itself", () => {
  const tasks = outline(PARTY);
  const rows = manualRows(tasks);
  expect(after(tasks, besides(tasks, rows, "sleep", "eggs", "before") ?? [])).toBe(`
party
  cake
    sleep
    eggs
  guests
`);
  expect(after(tasks, besides(tasks, rows, "cake", "sleep", "behind") ?? [])).toBe(`
party
  guests
sleep
cake
  eggs
`);
  expect(besides(tasks, rows, "party", "eggs", "before")).toBeNull();
  expect(besides(tasks, rows, "party", "party", "before")).toBeNull();
});

test("where no number is left between two, their neighbours get new ones", () => {
  const tasks = outline("a\nb\nc\n");
  for (const task of tasks.values()) task.order = 7;
  expect(after(tasks, besides(tasks, manualRows(tasks), "c", "a", "behind") ?? [])).toBe("\na\nc\nb\n");
});

test("levels are counted from the top of the tree to the bottom of what is moved", () => {
  const tasks = outline(PARTY);
  expect(levelsBelow(tasks, "cake", "sleep")).toBe(3);
  expect(levelsBelow(tasks, "sleep", "eggs")).toBe(4);
  expect(levelsBelow(tasks, "party", null)).toBe(3);
});

test("new tasks stand at the top, and new subtasks below all others", () => {
  const tasks = outline(PARTY);
  expect(orderAtTop(tasks)).toBeLessThan(0);
  expect(orderBelow(tasks, "party")).toBeGreaterThan(3);
  expect(orderAtTop(new Map())).toBe(0);
});
