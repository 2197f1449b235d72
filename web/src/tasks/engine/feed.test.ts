import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { contents, creation, FIELDS, Lab, there } from "./testing/lab";

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.close());

const asked = (name: string) => lab.server.requests.filter((request) => request === name).length;
const make = (count: number) =>
  Array.from({ length: count }, (_, order) => lab.server.create(creation().id, { ...FIELDS, order }).id);

describe("a first visit", () => {
  it("shows the first open tasks before it has read all", async () => {
    make(30);
    lab.server.pageSize = 10;
    const store = lab.openAtOnce();
    const seen: [number, boolean][] = [];
    store.subscribe(() => seen.push([store.snapshot().tasks.size, store.snapshot().complete]));
    await store.sync();
    expect(seen.find(([size]) => size > 0)).toEqual([30, false]);
    expect(store.snapshot().complete).toBe(true);
    expect(lab.server.requests[0]).toBe("first");
  });

  it("goes on where it ended when the tab was closed in the middle", async () => {
    make(30);
    lab.server.pageSize = 10;
    let pages = 0;
    lab.server.fault = (request) => (request === "changes" && ++pages > 2 ? "no answer" : null);
    (await lab.open()).close();
    lab.online();
    lab.server.requests.length = 0;
    const store = await lab.open();
    expect(store.snapshot().complete).toBe(true);
    expect(lab.server.requests).toEqual(["changes"]);
  });

  it("sends what waits between two pages", async () => {
    make(30);
    lab.server.pageSize = 10;
    const store = lab.openAtOnce();
    const change = creation();
    store.subscribe(() => {
      if (store.snapshot().tasks.size > 0) store.dispatch(change);
    });
    await store.sync();
    const { requests } = lab.server;
    expect(requests.indexOf(`create ${change.id}`)).toBeLessThan(requests.lastIndexOf("changes"));
  });
});

describe("later", () => {
  it("what the device keeps is shown without the service, and only what is new is read", async () => {
    make(20);
    (await lab.open()).close();
    lab.offline();
    const store = lab.openAtOnce();
    await lab.quiet();
    expect(store.snapshot()).toMatchObject({ loaded: true, complete: true, connection: { state: "offline" } });
    expect(contents(store.snapshot().tasks)).toEqual(contents(lab.server.tasks));
    expect(asked("first")).toBe(1);
  });

  it("deletions are seen, and an older page does not bring back what is gone", async () => {
    const [first, second, third] = make(3);
    const store = await lab.open();
    lab.server.delete(there(first));
    lab.server.delete(there(second), true);
    await store.sync();
    await store.sync();
    expect([...store.snapshot().tasks.keys()].sort()).toEqual([there(first), there(third)].sort());
    expect(store.snapshot().tasks.get(there(first))?.deleted_at).not.toBeNull();
  });

  it("what comes again unchanged is no news", async () => {
    make(3);
    const store = await lab.open();
    const before = store.snapshot().tasks;
    const put = vi.spyOn(IDBObjectStore.prototype, "put");
    await store.sync();
    expect(store.snapshot().tasks).toBe(before);
    // Only the token.
    expect(put).toHaveBeenCalledOnce();
  });

  it("with a token that is too old everything is read anew, and what does not come again is dropped", async () => {
    const [first, second] = make(20);
    const store = await lab.open();
    lab.server.delete(there(first), true);
    lab.server.forgetTombstones();
    lab.server.patch(there(second), { title: "Changed" });
    lab.server.oldestToken = 1000;
    lab.server.pageSize = 8;
    let smallest = 20;
    store.subscribe(() => {
      smallest = Math.min(smallest, store.snapshot().tasks.size);
      lab.server.oldestToken = 0;
    });
    lab.server.fault = () => {
      lab.server.oldestToken = asked("changes") < 3 ? 1000 : 0;
      return null;
    };
    await store.sync();
    expect(contents(store.snapshot().tasks)).toEqual(contents(lab.server.tasks));
    expect(smallest).toBe(19);
  });

  it("a task that the service forgot is no more to be restored", async () => {
    const [id] = make(1);
    lab.server.delete(there(id));
    const store = await lab.open();
    lab.server.forget(there(id));
    store.dispatch({ kind: "restore", id: there(id) });
    await lab.quiet();
    expect(store.snapshot().conflicts).toMatchObject([{ theirs: null }]);
  });

  it("what lay in the trash for 30 days is gone here as well", async () => {
    const [id] = make(1);
    lab.server.delete(there(id));
    (await lab.open()).close();
    lab.offline();
    await lab.pass(31 * 24 * 60 * 60 * 1000);
    const store = lab.openAtOnce();
    await lab.quiet();
    expect(store.snapshot().loaded).toBe(true);
    expect(store.snapshot().tasks.size).toBe(0);
  });
});
