import { expect, it } from "vitest";
import type { Task } from "../model";
import { drafted } from "./outbox";
import { Replica } from "./replica";
import { FIELDS } from "./testing/lab";

const TIME = "2036-03-01T08:00:00.000000Z";

function task(id: string, members: Partial<Task> = {}): Task {
  const times = { completed_at: null, created_at: TIME, updated_at: TIME, deleted_at: null };
  return { ...FIELDS, ...times, id, url: "", completed: false, version: 1, ...members };
}

it("keeps the higher version, whatever comes later", () => {
  const replica = new Replica();
  replica.absorb({ rows: [task("a", { version: 3, title: "Third" })] });
  replica.absorb({ rows: [task("a", { version: 2, title: "Second" })] });
  expect(replica.tasks.get("a")?.title).toBe("Third");
  replica.absorb({ rows: [{ id: "a", purged: true, version: 4, updated_at: TIME, deleted_at: TIME }] });
  replica.absorb({ rows: [task("a", { version: 3 })] });
  expect(replica.tasks.has("a")).toBe(false);
});

it("a moment stays as it was, and the next one has the same tasks but for what changed", () => {
  const replica = new Replica();
  const count = 3000;
  replica.absorb({ rows: Array.from({ length: count }, (_, number) => task(`${number}`)) });
  const before = replica.tasks;
  for (let number = 0; number < count; number += 2) {
    replica.make(drafted({ kind: "patch", id: `${number}`, patch: { title: "Even" } }, TIME, replica.shown));
    if (number % 500 === 0) expect(replica.tasks.get(`${number}`)?.title).toBe("Even");
  }
  expect([...before.values()].every(({ title }) => title === FIELDS.title)).toBe(true);
  const after = replica.tasks;
  expect(after.size).toBe(count);
  expect([...after].filter(([id, each]) => before.get(id) !== each)).toHaveLength(count / 2);
});

it("makes the waiting changes to whatever the service has by now", () => {
  const replica = new Replica();
  replica.absorb({ rows: [task("a"), task("b", { parent_id: "a" })] });
  replica.make(drafted({ kind: "complete", id: "a", completed: true }, TIME, replica.shown));
  replica.absorb({ rows: [task("c", { parent_id: "b" })] });
  expect(replica.tasks.get("c")?.completed).toBe(true);
  expect([...replica.pending].sort()).toEqual(["a", "b", "c"]);
});
