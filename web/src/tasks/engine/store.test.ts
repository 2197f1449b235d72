import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../model";
import { contents, creation, FIELDS, Lab, there } from "./testing/lab";

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.close());

const sent = (kind: string) => lab.server.requests.filter((request) => request.startsWith(kind)).length;

describe("a change", () => {
  it("is shown at once and reaches the service", async () => {
    const store = await lab.open();
    const change = creation();
    store.dispatch(change);
    expect(store.snapshot().tasks.get(change.id)?.title).toBe("Pay rent");
    expect(store.snapshot().pending.has(change.id)).toBe(true);
    await lab.quiet();
    expect(lab.server.task(change.id).title).toBe("Pay rent");
    expect(store.snapshot().tasks.get(change.id)?.version).toBe(1);
    expect(store.snapshot().pending.size).toBe(0);
    expect(store.snapshot().queued).toBe(0);
  });

  it("is sent with the version that the former one gave", async () => {
    const store = await lab.open();
    const { id } = creation();
    store.dispatch({ kind: "create", id, fields: FIELDS });
    await lab.quiet();
    for (const priority of ["low", "high"] as const) {
      store.dispatch({ kind: "patch", id, patch: { priority } });
      await lab.quiet();
    }
    store.dispatch({ kind: "complete", id, completed: true });
    store.dispatch({ kind: "delete", id });
    store.dispatch({ kind: "restore", id });
    await lab.quiet();
    expect(lab.server.task(id)).toMatchObject({ priority: "high", completed: true, deleted_at: null });
    expect(store.snapshot().conflicts).toEqual([]);
    expect(sent("get")).toBe(0);
  });

  it("waits while there is no answer, survives a reload, and is sent then", async () => {
    const first = await lab.open();
    const { id } = creation();
    lab.offline();
    first.dispatch({ kind: "create", id, fields: FIELDS });
    first.dispatch({ kind: "complete", id, completed: true });
    await lab.quiet();
    expect(first.snapshot().connection).toEqual({ state: "offline" });
    expect(first.snapshot().queued).toBe(2);
    first.close();
    const second = lab.openAtOnce();
    await lab.quiet();
    expect(second.snapshot().tasks.get(id)?.completed).toBe(true);
    lab.online();
    await lab.settled(second);
    expect(lab.server.task(id).completed).toBe(true);
    expect(second.snapshot().queued).toBe(0);
  });

  it("written down just before the tab closes is not lost", async () => {
    const first = await lab.open();
    const change = creation();
    lab.offline();
    first.dispatch(change);
    first.close();
    await lab.quiet();
    lab.online();
    await lab.open();
    expect(lab.server.task(change.id).title).toBe("Pay rent");
  });

  it("to the same task that waits becomes one with the next", async () => {
    const store = await lab.open();
    const { id } = lab.server.create(creation().id, FIELDS);
    await store.sync();
    lab.offline();
    const other = creation();
    store.dispatch(other);
    await lab.quiet();
    for (const title of ["P", "Pa", "Pay"]) store.dispatch({ kind: "patch", id, patch: { title } });
    store.dispatch({ kind: "patch", id, patch: { priority: "high" } });
    await lab.quiet();
    expect(store.snapshot().queued).toBe(2);
    lab.online();
    await lab.settled(store);
    expect(sent("patch")).toBe(1);
    expect(lab.server.task(id)).toMatchObject({ title: "Pay", priority: "high" });
  });

  it("and its opposite, both waiting, cancel each other out", async () => {
    const store = await lab.open();
    const { id } = lab.server.create(creation().id, FIELDS);
    await store.sync();
    lab.offline();
    store.dispatch(creation());
    await lab.quiet();
    store.dispatch({ kind: "patch", id, patch: { title: "Other" } });
    store.dispatch({ kind: "complete", id, completed: true });
    store.dispatch({ kind: "complete", id, completed: false });
    store.dispatch({ kind: "patch", id, patch: { title: FIELDS.title } });
    await lab.quiet();
    expect(store.snapshot().queued).toBe(1);
    expect(store.snapshot().pending.has(id)).toBe(false);
  });

  it("takes what is below along, and the list does not flicker until the feed has told", async () => {
    const store = await lab.open();
    const parent = creation();
    const child = creation({ parent_id: parent.id });
    store.dispatch(parent, child);
    await lab.quiet();
    const seen: boolean[] = [];
    store.subscribe(() => seen.push(store.snapshot().tasks.get(child.id)?.completed ?? false));
    store.dispatch({ kind: "complete", id: parent.id, completed: true });
    await lab.quiet();
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).not.toContain(false);
    expect(store.snapshot().tasks.get(child.id)?.version).toBe(2);
  });

  it("that completes a repeating task shows the next one", async () => {
    const store = await lab.open();
    const change = creation({ due: "2036-03-01", repeat: "FREQ=DAILY" });
    store.dispatch(change, { kind: "complete", id: change.id, completed: true });
    await lab.quiet();
    const dues = [...store.snapshot().tasks.values()].map((task) => [task.due, task.completed]);
    expect(dues).toEqual([
      ["2036-03-01", true],
      ["2036-03-02", false],
    ]);
  });
});

describe("an answer that is lost", () => {
  it.each([
    ["create", (task: Task) => expect(task.title).toBe("New")],
    ["patch", (task: Task) => expect(task.title).toBe("Patched")],
    ["complete", (task: Task) => expect(task.completed).toBe(true)],
    ["delete", (task: Task) => expect(task.deleted_at).not.toBeNull()],
    ["restore", (task: Task) => expect(task.deleted_at).toBeNull()],
  ])("to %s: it is carried out once, and is no conflict", async (kind, check) => {
    const store = await lab.open();
    const id = crypto.randomUUID();
    if (kind !== "create") lab.server.create(id, FIELDS);
    if (kind === "restore") lab.server.delete(id);
    await store.sync();
    const version = kind === "create" ? 0 : lab.server.task(id).version;
    let lost = false;
    lab.server.fault = (request) => {
      if (lost || !request.startsWith(kind)) return null;
      lost = true;
      return "lost answer";
    };
    if (kind === "create") store.dispatch({ kind, id, fields: { ...FIELDS, title: "New" } });
    if (kind === "patch") store.dispatch({ kind, id, patch: { title: "Patched" } });
    if (kind === "complete") store.dispatch({ kind, id, completed: true });
    if (kind === "delete" || kind === "restore") store.dispatch({ kind, id });
    await lab.quiet();
    expect(lost).toBe(true);
    expect(store.snapshot().connection.state).toBe("offline");
    await lab.pass(1000);
    check(lab.server.task(id));
    expect(lab.server.task(id).version).toBe(version + 1);
    expect(store.snapshot()).toMatchObject({ queued: 0, conflicts: [], rejections: [] });
    expect(contents(store.snapshot().tasks)).toEqual(contents(lab.server.tasks));
  });

  it("to a purge: it is gone", async () => {
    const store = await lab.open();
    const { id } = lab.server.create(creation().id, FIELDS);
    await store.sync();
    lab.server.fault = (request) => (request.startsWith("purge") ? "lost answer" : null);
    store.dispatch({ kind: "purge", id });
    await lab.quiet();
    lab.online();
    await lab.pass(1000);
    expect(store.snapshot()).toMatchObject({ queued: 0, conflicts: [], rejections: [] });
    expect(store.snapshot().tasks.size).toBe(0);
  });
});

describe("changes to many tasks", () => {
  it("take what the person saw, and what is completed later stays", async () => {
    const store = await lab.open();
    const ids = [1, 2, 3].map((order) => lab.server.create(creation().id, { ...FIELDS, order }).id);
    for (const id of ids.slice(0, 2)) lab.server.complete(id, true);
    await store.sync();
    lab.offline();
    store.dispatch({ kind: "delete_completed" });
    store.dispatch({ kind: "complete", id: there(ids[2]), completed: true });
    await lab.quiet();
    lab.online();
    await lab.settled(store);
    expect(ids.map((id) => lab.server.task(id).deleted_at !== null)).toEqual([true, true, false]);
    store.dispatch({ kind: "empty_trash" });
    await lab.quiet();
    expect([...lab.server.tasks.keys()]).toEqual([ids[2]]);
    expect(contents(store.snapshot().tasks)).toEqual(contents(lab.server.tasks));
  });

  it("that take a job are shown as done until it is", async () => {
    const store = await lab.open();
    const { id } = lab.server.create(creation().id, FIELDS);
    lab.server.complete(id, true);
    await store.sync();
    lab.server.jobLength = 2;
    store.dispatch({ kind: "delete_completed" });
    await lab.quiet();
    const isTrashed = () => store.snapshot().tasks.get(id)?.deleted_at != null;
    expect(isTrashed()).toBe(true);
    expect(lab.server.task(id).deleted_at).toBeNull();
    for (let round = 0; round < 3; round++) {
      await lab.pass(3000);
      expect(isTrashed()).toBe(true);
    }
    expect(lab.server.task(id).deleted_at).not.toBeNull();
    expect(lab.wait).toBeNull();
  });
});

describe("5,000 tasks", () => {
  it("cost one task's work for a change to one of them", async () => {
    for (let order = 0; order < 5000; order++) lab.server.create(crypto.randomUUID(), { ...FIELDS, order });
    let moments = 0;
    const store = lab.openAtOnce();
    store.subscribe(() => {
      moments += 1;
    });
    await store.sync();
    expect(store.snapshot().tasks.size).toBe(5000);
    // A page is one moment, not five hundred.
    expect(moments).toBeLessThan(20);
    const before = store.snapshot().tasks;
    const [id] = before.keys();
    const written: string[] = [];
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, key) {
      written.push(this.name);
      return put.call(this, value, key as IDBValidKey);
    };
    store.dispatch({ kind: "patch", id: there(id), patch: { title: "One of many" } });
    await lab.quiet();
    IDBObjectStore.prototype.put = put;
    const after = store.snapshot().tasks;
    expect([...after.values()].filter((task) => before.get(task.id) !== task)).toHaveLength(1);
    expect(before.get(there(id))?.title).toBe("Pay rent");
    expect(written.filter((name) => name === "tasks")).toHaveLength(1);
  });
});
