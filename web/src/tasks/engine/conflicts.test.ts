import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Change, Task, TaskStore } from "../model";
import { contents, creation, FIELDS, Lab, there } from "./testing/lab";

let lab: Lab;
let store: TaskStore;
let id: string;
beforeEach(async () => {
  lab = new Lab();
  id = lab.server.create(creation().id, FIELDS).id;
  store = await lab.open();
});
afterEach(() => lab.close());

/** Something is done here without an answer from the service, something else elsewhere, and then both meet. */
async function collide(here: Change, elsewhere: () => void, told = false): Promise<void> {
  lab.offline();
  store.dispatch(here);
  await lab.quiet();
  elsewhere();
  lab.online();
  // Either the feed tells first, or the refusal of what was sent.
  if (!told) lab.server.fault = (request) => (request === "changes" ? "no answer" : null);
  await lab.settled(store);
  lab.online();
  await lab.settled(store);
}

async function resolve(keep: "mine" | "theirs"): Promise<void> {
  const [conflict] = store.snapshot().conflicts;
  store.resolve(there(conflict).number, keep);
  await lab.settled(store);
  expect(store.snapshot()).toMatchObject({ queued: 0, conflicts: [], rejections: [] });
  expect(contents(store.snapshot().tasks)).toEqual(contents(lab.server.tasks));
}

const patch = (fields: Partial<Task>): Change => ({ kind: "patch", id, patch: fields });

describe.each([true, false])("told by the feed first: %s", (told) => {
  it("other members changed elsewhere stay as they were changed there", async () => {
    await collide(patch({ title: "Mine" }), () => lab.server.patch(id, { priority: "high" }), told);
    expect(store.snapshot().conflicts).toEqual([]);
    expect(lab.server.task(id)).toMatchObject({ title: "Mine", priority: "high" });
  });

  it("the same change elsewhere is none", async () => {
    await collide(patch({ title: "Same" }), () => lab.server.patch(id, { title: "Same" }), told);
    expect(store.snapshot()).toMatchObject({ conflicts: [], queued: 0 });
  });

  it("the same member changed to something else waits for a decision: mine", async () => {
    await collide(patch({ title: "Mine", tags: ["a"] }), () => lab.server.patch(id, { title: "Theirs" }), told);
    const [conflict] = store.snapshot().conflicts;
    expect(conflict).toMatchObject({ members: ["title"], mine: { title: "Mine" }, theirs: { title: "Theirs" } });
    expect(store.snapshot().tasks.get(id)?.title).toBe("Mine");
    await resolve("mine");
    expect(lab.server.task(id)).toMatchObject({ title: "Mine", tags: ["a"] });
  });

  it("the same member changed to something else waits for a decision: theirs", async () => {
    await collide(patch({ title: "Mine" }), () => lab.server.patch(id, { title: "Theirs" }), told);
    await resolve("theirs");
    expect(lab.server.task(id).title).toBe("Theirs");
  });

  it("a due date and its zone are one thing", async () => {
    lab.server.patch(id, { due: "2036-03-01T09:00:00", due_timezone: "Europe/Paris" });
    await store.sync();
    await collide(
      patch({ due: "2036-03-01T10:00:00" }),
      () => lab.server.patch(id, { due_timezone: "America/Lima" }),
      told,
    );
    expect(store.snapshot().conflicts).toMatchObject([{ members: ["due_timezone"] }]);
  });

  it("completed here, changed there: both", async () => {
    const complete = { kind: "complete", id, completed: true } as const;
    await collide(complete, () => lab.server.patch(id, { title: "Theirs" }), told);
    expect(store.snapshot().conflicts).toEqual([]);
    expect(lab.server.task(id)).toMatchObject({ title: "Theirs", completed: true });
  });

  it("completed on both sides: once", async () => {
    lab.server.patch(id, { due: "2036-03-01", repeat: "FREQ=DAILY" });
    await store.sync();
    await collide({ kind: "complete", id, completed: true }, () => lab.server.complete(id, true), told);
    expect(store.snapshot().queued).toBe(0);
    expect(lab.server.tasks.size).toBe(2);
  });

  it.each(["mine", "theirs"] as const)("deleted here, changed there: %s", async (keep) => {
    await collide({ kind: "delete", id }, () => lab.server.patch(id, { title: "Theirs" }), told);
    expect(store.snapshot().conflicts).toMatchObject([{ mine: null, theirs: { title: "Theirs" }, members: ["title"] }]);
    await resolve(keep);
    expect(lab.server.task(id).deleted_at !== null).toBe(keep === "mine");
  });

  it("deleted here, moved among others there: deleted", async () => {
    await collide({ kind: "delete", id }, () => lab.server.patch(id, { order: 7 }), told);
    expect(lab.server.task(id).deleted_at).not.toBeNull();
  });

  it("deleted on both sides: deleted", async () => {
    await collide({ kind: "delete", id }, () => lab.server.delete(id), told);
    expect(store.snapshot()).toMatchObject({ conflicts: [], queued: 0, rejections: [] });
  });

  it.each(["mine", "theirs"] as const)("changed here, in the trash there: %s", async (keep) => {
    await collide(patch({ title: "Mine" }), () => lab.server.delete(id), told);
    expect(store.snapshot().conflicts).toMatchObject([{ mine: { title: "Mine" }, members: [] }]);
    expect(store.snapshot().conflicts[0]?.theirs?.deleted_at).not.toBeNull();
    await resolve(keep);
    expect(lab.server.task(id).title).toBe(keep === "mine" ? "Mine" : "Pay rent");
    expect(lab.server.task(id).deleted_at === null).toBe(keep === "mine");
  });

  it.each(["mine", "theirs"] as const)("changed here, gone there: %s", async (keep) => {
    await collide(patch({ title: "Mine" }), () => lab.server.delete(id, true), told);
    expect(store.snapshot().conflicts).toMatchObject([{ mine: { title: "Mine" }, theirs: null, members: [] }]);
    await resolve(keep);
    const titles = [...lab.server.tasks.values()].map((task) => task.title);
    expect(titles).toEqual(keep === "mine" ? ["Mine"] : []);
  });

  it.each(["mine", "theirs"] as const)("completed here, gone there: %s", async (keep) => {
    await collide({ kind: "complete", id, completed: true }, () => lab.server.delete(id, true), told);
    await resolve(keep);
    expect([...lab.server.tasks.values()].map((task) => task.completed)).toEqual(keep === "mine" ? [true] : []);
  });

  it.each(["mine", "theirs"] as const)("completed here, in the trash there: %s", async (keep) => {
    await collide({ kind: "complete", id, completed: true }, () => lab.server.delete(id), told);
    await resolve(keep);
    const { completed, deleted_at } = lab.server.task(id);
    expect([completed, deleted_at === null]).toEqual(keep === "mine" ? [true, true] : [false, false]);
  });

  it.each(["mine", "theirs"] as const)("restored here, gone there: %s", async (keep) => {
    lab.server.delete(id);
    await store.sync();
    await collide({ kind: "restore", id }, () => lab.server.delete(id, true), told);
    await resolve(keep);
    expect(lab.server.tasks.size).toBe(keep === "mine" ? 1 : 0);
  });

  it("restored on both sides: restored", async () => {
    lab.server.delete(id);
    await store.sync();
    await collide({ kind: "restore", id }, () => lab.server.restore(id), told);
    expect(store.snapshot()).toMatchObject({ conflicts: [], queued: 0, rejections: [] });
  });

  it.each(["mine", "theirs"] as const)("deleted for good here, restored there: %s", async (keep) => {
    lab.server.delete(id);
    await store.sync();
    await collide({ kind: "purge", id }, () => lab.server.restore(id), told);
    expect(store.snapshot().conflicts).toHaveLength(1);
    await resolve(keep);
    expect(lab.server.tasks.size).toBe(keep === "mine" ? 0 : 1);
  });
});

describe("while a conflict lasts", () => {
  beforeEach(() => collide(patch({ title: "Mine" }), () => lab.server.patch(id, { title: "Theirs" })));

  it("what depends on it waits, and all else goes on", async () => {
    const child = creation({ parent_id: id });
    const other = creation();
    store.dispatch({ kind: "complete", id, completed: true }, child, other);
    await lab.quiet();
    expect(lab.server.task(id).completed).toBe(false);
    expect(lab.server.tasks.has(child.id)).toBe(false);
    expect(lab.server.tasks.has(other.id)).toBe(true);
    await resolve("mine");
    expect(lab.server.task(id)).toMatchObject({ title: "Mine", completed: true });
    expect(lab.server.tasks.has(child.id)).toBe(true);
  });

  it("deleting what is completed waits, and does not take what is completed after it", async () => {
    const { id: other } = lab.server.create(creation().id, FIELDS);
    await store.sync();
    store.dispatch({ kind: "complete", id, completed: true });
    store.dispatch({ kind: "delete_completed" });
    store.dispatch({ kind: "complete", id: other, completed: true });
    await lab.quiet();
    await resolve("mine");
    expect(lab.server.task(id).deleted_at).not.toBeNull();
    expect(lab.server.task(other)).toMatchObject({ completed: true, deleted_at: null });
  });

  it("a further change elsewhere is seen in it", async () => {
    lab.server.patch(id, { title: "Theirs, again" });
    await store.sync();
    expect(store.snapshot().conflicts).toMatchObject([{ theirs: { title: "Theirs, again" } }]);
  });

  it("it is there in other tabs, and after a reload", async () => {
    const other = await lab.open();
    expect(other.snapshot().conflicts).toEqual(store.snapshot().conflicts);
    other.resolve(there(other.snapshot().conflicts[0]).number, "theirs");
    await lab.quiet();
    expect(store.snapshot().conflicts).toEqual([]);
    expect(store.snapshot().tasks.get(id)?.title).toBe("Theirs");
  });

  it("a later change to the same member goes with it when the other version stays", async () => {
    store.dispatch(patch({ title: "Mine, later", priority: "low" }));
    await lab.quiet();
    await resolve("theirs");
    expect(lab.server.task(id)).toMatchObject({ title: "Theirs", priority: "low" });
  });

  it("the task goes on under a new id when it is gone by then", async () => {
    const child = creation({ parent_id: id });
    store.dispatch({ kind: "complete", id, completed: true }, child);
    await lab.quiet();
    lab.server.delete(id, true);
    await store.sync();
    await resolve("mine");
    const [parent] = [...lab.server.tasks.values()].filter((task) => task.title === "Mine");
    expect(parent?.completed).toBe(true);
    expect(lab.server.task(child.id).parent_id).toBe(parent?.id);
  });
});
