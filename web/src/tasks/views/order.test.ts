import { describe, expect, test } from "vitest";
import type { Task } from "../model";
import { between, move } from "./order";

const MOST = Number.MAX_SAFE_INTEGER;
const siblings = (...orders: number[]) => orders.map((order, index) => ({ id: `t${index}`, order }) as Task);

/** The ids in their order after the changes of a move. */
function moved(tasks: Task[], id: string, to: number): string[] {
  const changes = new Map(move(tasks, id, to).map((change) => [change.id, change.order]));
  return tasks
    .map((task) => ({ id: task.id, order: changes.get(task.id) ?? task.order }))
    .sort((one, other) => one.order - other.order || (one.id < other.id ? -1 : 1))
    .map((task) => task.id);
}

describe("a number between two", () => {
  test("is in the middle, and a step away at an end", () => {
    expect(between(1, 4)).toBe(2.5);
    expect(between(null, 5)).toBe(-1019);
    expect(between(5, null)).toBe(1029);
    expect(between(null, null)).toBe(0);
  });

  test("is always one that the service takes", () => {
    expect(between(MOST, null)).toBe(MOST);
    expect(between(null, -MOST)).toBe(-MOST);
    expect(between(0, 1e-100)).toBe(0);
  });
});

describe("a move", () => {
  test("is one change where there is room", () => {
    expect(move(siblings(0, 1, 2, 3), "t3", 1)).toEqual([{ id: "t3", order: 0.5 }]);
    expect(move(siblings(0, 1, 2, 3), "t0", 2)).toEqual([{ id: "t0", order: 2.5 }]);
    expect(move(siblings(0, 1, 2), "t2", 0)).toEqual([{ id: "t2", order: -1024 }]);
    expect(move(siblings(0, 1, 2), "t0", 2)).toEqual([{ id: "t0", order: 1026 }]);
  });

  test("to where it is changes nothing, nor does one of a task that is not there", () => {
    expect(move(siblings(0, 1, 2), "t1", 1)).toEqual([]);
    expect(move(siblings(0, 1, 2), "t9", 1)).toEqual([]);
  });

  test("between neighbours without room numbers no more of them than needed", () => {
    const tight = 1 + Number.EPSILON;
    const tasks = siblings(0, 1, tight, 2, 3);
    const changes = move(tasks, "t4", 2);
    expect(changes).toHaveLength(2);
    expect(moved(tasks, "t4", 2)).toEqual(["t0", "t1", "t4", "t2", "t3"]);
  });

  test.each([
    ["all the same", [5, 5, 5, 5, 5]],
    ["as close to zero as the service takes", [-1e-100, 0, 1e-100, 2e-100, 3e-100]],
    ["at the end of all numbers", [MOST - 1, MOST, MOST, MOST, MOST]],
    ["at both ends", [-MOST, -MOST, 0, MOST, MOST]],
  ])("leads everywhere from everywhere: %s", (_, orders) => {
    const tasks = siblings(...orders);
    const ids = tasks.map((task) => task.id);
    for (const id of ids) {
      for (let to = 0; to < ids.length; to++) {
        const from = ids.indexOf(id);
        expect(moved(tasks, id, to)).toEqual(ids.toSpliced(from, 1).toSpliced(to, 0, id));
        for (const { order } of move(tasks, id, to)) {
          expect(Math.abs(order)).toBeLessThanOrEqual(MOST);
          expect(order === 0 || Math.abs(order) >= 1e-100).toBe(true);
        }
      }
    }
  });

  test("goes on a hundred times at the same place", () => {
    let tasks = siblings(0, 1, 2, 3);
    for (let time = 0; time < 100; time++) {
      const ids = tasks.map((task) => task.id);
      const last = ids.at(-1) as string;
      const changes = new Map(move(tasks, last, 1).map((change) => [change.id, change.order]));
      tasks = tasks
        .map((task) => ({ ...task, order: changes.get(task.id) ?? task.order }))
        .sort((one, other) => one.order - other.order);
      expect(tasks.map((task) => task.id)).toEqual(ids.toSpliced(-1, 1).toSpliced(1, 0, last));
    }
  });

  test("among thousands with the same number takes no time to speak of", () => {
    const begun = performance.now();
    expect(moved(siblings(...Array(3000).fill(7)), "t0", 1500)[1500]).toBe("t0");
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
