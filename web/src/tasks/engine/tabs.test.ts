import { deleteDB } from "idb";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { contents, creation, FIELDS, Lab, there } from "./testing/lab";

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => {
  vi.restoreAllMocks();
  lab.close();
});

it("what one tab does, the other shows, with what waits and what was refused", async () => {
  const [one, other] = [await lab.open(), await lab.open()];
  const change = creation();
  lab.offline();
  one.dispatch(change);
  await lab.quiet();
  expect(other.snapshot().tasks.get(change.id)?.title).toBe("Pay rent");
  expect(other.snapshot()).toMatchObject({ queued: 1, pending: new Set([change.id]) });
  lab.online();
  lab.server.quota = 0;
  await lab.settled(other);
  expect(one.snapshot().rejections).toMatchObject([{ title: "Pay rent" }]);
  expect(one.snapshot().rejections).toEqual(other.snapshot().rejections);
  expect(one.snapshot().tasks.size).toBe(0);
});

it("what waits is sent once, in order, whoever sends it", async () => {
  const tabs = [await lab.open(), await lab.open(), await lab.open()];
  const { id } = lab.server.create(creation().id, FIELDS);
  await there(tabs[0]).sync();
  await lab.quiet();
  lab.server.requests.length = 0;
  for (let round = 0; round < 12; round++) {
    there(tabs[round % 3]).dispatch({ kind: "patch", id, patch: { title: `Title ${round}` } });
    await lab.quiet();
  }
  await Promise.all(tabs.map((tab) => tab.sync()));
  await lab.quiet();
  expect(lab.server.task(id)).toMatchObject({ title: "Title 11", version: 13 });
  for (const tab of tabs) {
    expect(tab.snapshot()).toMatchObject({ queued: 0, conflicts: [], rejections: [] });
    expect(contents(tab.snapshot().tasks)).toEqual(contents(lab.server.tasks));
  }
});

it("many changes in all tabs at the same time all arrive", async () => {
  const tabs = [await lab.open(), await lab.open()];
  const changes = Array.from({ length: 40 }, () => creation());
  for (const [index, change] of changes.entries()) there(tabs[index % 2]).dispatch(change);
  await lab.quiet();
  await Promise.all(tabs.map((tab) => tab.sync()));
  await lab.quiet();
  expect(lab.server.requests.filter((request) => request.startsWith("create"))).toHaveLength(40);
  for (const tab of tabs) expect(tab.snapshot().tasks.size).toBe(40);
});

it("what was tried is not added to any more, whichever tab tried it", async () => {
  const [one, other] = [await lab.open(), await lab.open()];
  const { id } = lab.server.create(creation().id, FIELDS);
  await one.sync();
  await lab.quiet();
  let lost = false;
  lab.server.fault = (request) => {
    if (lost || !request.startsWith("patch")) return "no answer";
    lost = true;
    return "lost answer";
  };
  one.dispatch({ kind: "patch", id, patch: { title: "First" } });
  await lab.quiet();
  other.dispatch({ kind: "patch", id, patch: { title: FIELDS.title } });
  await lab.quiet();
  expect(one.snapshot().queued).toBe(2);
  lab.online();
  await lab.settled(one);
  expect(lab.server.task(id)).toMatchObject({ title: FIELDS.title, version: 3 });
  expect(other.snapshot()).toMatchObject({ queued: 0, conflicts: [] });
});

it("the database is deleted while tabs hold it open, and they do not write it again", async () => {
  lab.server.create(creation().id, FIELDS);
  const tabs = [await lab.open(), await lab.open()];
  await deleteDB(`taskward-${lab.user.id}`);
  there(tabs[0]).dispatch(creation());
  await Promise.all(tabs.map((tab) => tab.sync()));
  await lab.quiet();
  expect(there(tabs[0]).snapshot().tasks.size).toBe(2);
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(`taskward-${lab.user.id}`);
});

it("without a database everything works, for as long as the tab is open", async () => {
  vi.spyOn(indexedDB, "open").mockImplementation(() => {
    throw new DOMException("denied", "SecurityError");
  });
  lab.server.create(creation().id, FIELDS);
  const store = await lab.open();
  const change = creation();
  store.dispatch(change, { kind: "complete", id: change.id, completed: true });
  await lab.quiet();
  expect(lab.server.task(change.id).completed).toBe(true);
  expect(store.snapshot()).toMatchObject({ loaded: true, complete: true, queued: 0 });
});

it("when the disk is full all goes on, and what was written down before is there after a reload", async () => {
  const store = await lab.open();
  lab.offline();
  const [kept, lost] = [creation(), creation()];
  store.dispatch(kept);
  await lab.quiet();
  expect(store.snapshot()).toMatchObject({ queued: 1, kept: true });
  vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  store.dispatch(lost);
  await lab.quiet();
  expect(store.snapshot()).toMatchObject({ queued: 2, kept: false, rejections: [] });
  vi.restoreAllMocks();
  // A reload before anything could be sent: only what could not be written down is lost.
  store.close();
  lab.online();
  const again = await lab.open();
  expect([...again.snapshot().tasks.keys()]).toEqual([kept.id]);
  expect(lab.server.task(kept.id).title).toBe("Pay rent");
});

it("what was sent after the disk was full, and comes once more after a reload, is known", async () => {
  const store = await lab.open();
  lab.offline();
  const { id, fields } = creation();
  store.dispatch({ kind: "create", id, fields });
  await lab.quiet();
  vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  store.dispatch(creation());
  await lab.quiet();
  lab.online();
  await lab.settled(store);
  expect(store.snapshot()).toMatchObject({ queued: 0, rejections: [] });
  vi.restoreAllMocks();
  store.close();
  const again = await lab.open();
  expect(again.snapshot()).toMatchObject({ queued: 0, conflicts: [], rejections: [] });
  expect(again.snapshot().tasks.size).toBe(2);
  expect(lab.server.task(id).version).toBe(1);
});
