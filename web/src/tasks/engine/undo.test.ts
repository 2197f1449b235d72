import { afterEach, beforeEach, expect, it } from "vitest";
import type { Change, TaskStore } from "../model";
import { contents, creation, FIELDS, Lab } from "./testing/lab";

let lab: Lab;
let store: TaskStore;
let id: string;
beforeEach(async () => {
  lab = new Lab();
  id = lab.server.create(creation().id, FIELDS).id;
  store = await lab.open();
});
afterEach(() => lab.close());

const changes: [string, () => Change][] = [
  ["patch", () => ({ kind: "patch", id, patch: { title: "Other", due: "2036-03-01", tags: ["home"] } })],
  ["complete", () => ({ kind: "complete", id, completed: true })],
  ["delete", () => ({ kind: "delete", id })],
];

it.each(changes)("%s is taken back, sent or not", async (_, change) => {
  for (const isOnline of [true, false]) {
    if (!isOnline) lab.offline();
    const before = contents(store.snapshot().tasks);
    store.dispatch(change());
    await lab.quiet();
    expect(store.snapshot().undoable).toMatchObject({ kind: change().kind });
    expect(store.undo()).toMatchObject({ kind: change().kind });
    expect(contents(store.snapshot().tasks)).toEqual(before);
    lab.online();
    await lab.settled(store);
    expect(contents(lab.server.tasks)).toEqual(before);
    expect(store.snapshot()).toMatchObject({ undoable: null, queued: 0, conflicts: [] });
  }
});

it("a new task goes to the trash", async () => {
  const change = creation();
  store.dispatch(change);
  await lab.quiet();
  store.undo();
  await lab.quiet();
  expect(lab.server.task(change.id).deleted_at).not.toBeNull();
});

it("changes given together are taken back together, the last one first", async () => {
  const parent = creation();
  store.dispatch(parent, { kind: "patch", id, patch: { parent_id: parent.id } });
  store.dispatch({ kind: "patch", id, patch: { title: "Third" } });
  await lab.quiet();
  expect(store.undo()?.kind).toBe("patch");
  expect(store.undo()?.kind).toBe("create");
  expect(store.undo()).toBeNull();
  await lab.quiet();
  expect(lab.server.task(id)).toMatchObject({ title: "Pay rent", parent_id: null, deleted_at: null });
  expect(lab.server.task(parent.id).deleted_at).not.toBeNull();
});

it("what came from elsewhere since then stays", async () => {
  store.dispatch({ kind: "patch", id, patch: { title: "Mine", priority: "low" } });
  await lab.quiet();
  lab.server.patch(id, { title: "Theirs" });
  await store.sync();
  store.undo();
  await lab.quiet();
  expect(lab.server.task(id)).toMatchObject({ title: "Theirs", priority: "none" });
});

it("what came from elsewhere and is not known here yet is a conflict", async () => {
  store.dispatch({ kind: "patch", id, patch: { title: "Mine" } });
  await lab.quiet();
  lab.server.patch(id, { title: "Theirs" });
  store.undo();
  await lab.quiet();
  expect(lab.server.task(id).title).toBe("Theirs");
  expect(store.snapshot().conflicts).toMatchObject([{ mine: { title: "Pay rent" }, theirs: { title: "Theirs" } }]);
});

it("what was deleted for good cannot be taken back", async () => {
  store.dispatch({ kind: "patch", id, patch: { title: "Mine" } });
  store.dispatch({ kind: "purge", id });
  expect(store.snapshot().undoable).toBeNull();
  expect(store.undo()).toBeNull();
});

it("goes back a hundred steps", async () => {
  lab.offline();
  for (let step = 1; step <= 105; step++) store.dispatch({ kind: "patch", id, patch: { order: 100 + step } });
  let steps = 0;
  while (store.undo()) steps += 1;
  expect(steps).toBe(100);
  expect(store.snapshot().tasks.get(id)?.order).toBe(105);
});

it("all completed tasks come back from the trash", async () => {
  store.dispatch({ kind: "complete", id, completed: true });
  store.dispatch({ kind: "delete_completed" });
  await lab.quiet();
  expect(lab.server.task(id).deleted_at).not.toBeNull();
  store.undo();
  await lab.quiet();
  expect(lab.server.task(id)).toMatchObject({ deleted_at: null, completed: true });
});
