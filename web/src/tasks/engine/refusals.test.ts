import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { creation, FIELDS, Lab, there } from "./testing/lab";

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.close());

describe("a refused change", () => {
  it("is taken back, and its reason kept over a reload until it is dismissed", async () => {
    const store = await lab.open();
    const { id } = lab.server.create(creation().id, FIELDS);
    await store.sync();
    lab.server.fault = (request) => (request.startsWith("patch") ? { status: 413 } : null);
    store.dispatch({ kind: "patch", id, patch: { title: "Too large" } });
    await lab.quiet();
    expect(store.snapshot().tasks.get(id)?.title).toBe("Pay rent");
    store.close();
    const again = await lab.open();
    expect(again.snapshot().rejections).toMatchObject([
      { title: "Pay rent", reason: expect.stringContaining("For a reason.") },
    ]);
    again.dismiss(there(again.snapshot().rejections[0]).number);
    await lab.quiet();
    expect(again.snapshot().rejections).toEqual([]);
  });

  it("takes along what depends on the task that it was to make, and nothing else", async () => {
    const store = await lab.open();
    lab.server.quota = 0;
    const parent = creation();
    const child = creation({ parent_id: parent.id });
    const { id } = parent;
    store.dispatch(parent, child, { kind: "complete", id, completed: true });
    await lab.quiet();
    expect(store.snapshot().tasks.size).toBe(0);
    expect(store.snapshot().rejections).toHaveLength(3);
    expect(store.snapshot().queued).toBe(0);
  });

  it("does not stand in the way of the next one to the same member", async () => {
    const store = await lab.open();
    const { id } = lab.server.create(creation().id, FIELDS);
    await store.sync();
    lab.offline();
    store.dispatch({ kind: "patch", id, patch: { title: "First" } });
    await lab.quiet();
    store.dispatch({ kind: "patch", id, patch: { title: "Second" } });
    await lab.quiet();
    expect(store.snapshot().queued).toBe(2);
    let refusals = 0;
    lab.server.fault = (request) => (request.startsWith("patch") && refusals++ === 0 ? { status: 422 } : null);
    await lab.settled(store);
    expect(lab.server.task(id).title).toBe("Second");
    expect(store.snapshot().conflicts).toEqual([]);
    expect(store.snapshot().rejections).toHaveLength(1);
  });
});

describe("a service that cannot answer now", () => {
  it("is not taken at the word of what stands between", async () => {
    const store = await lab.open();
    const { id } = lab.server.create(creation().id, FIELDS);
    await store.sync();
    lab.server.fault = (request) => (request.startsWith("patch") ? { status: 403, code: "refused" } : null);
    store.dispatch({ kind: "patch", id, patch: { title: "Second" } });
    await lab.quiet();
    expect(store.snapshot()).toMatchObject({ queued: 1, rejections: [], connection: { state: "refused" } });
    lab.online();
    await lab.settled(store);
    expect(lab.server.task(id).title).toBe("Second");
  });

  it("is asked again when it says, and what is shown stays", async () => {
    const store = await lab.open();
    const { id } = lab.server.create(creation().id, FIELDS);
    await store.sync();
    lab.server.fault = () => ({ status: 429, retryAfter: 20 });
    store.dispatch({ kind: "patch", id, patch: { title: "Later" } });
    await lab.quiet();
    expect(store.snapshot().connection).toEqual({
      state: "refused",
      reason: expect.stringContaining("For a reason."),
      retryAt: lab.now() + 20_000,
    });
    expect(store.snapshot().tasks.get(id)?.title).toBe("Later");
    const asked = lab.server.requests.length;
    store.dispatch({ kind: "patch", id, patch: { priority: "low" } });
    await lab.pass(19_000);
    expect(lab.server.requests.length).toBe(asked);
    lab.online();
    await lab.pass(1_000);
    expect(lab.server.task(id)).toMatchObject({ title: "Later", priority: "low" });
    expect(store.snapshot().connection).toEqual({ state: "connected" });
  });

  it("is asked less and less often, at most every minute", async () => {
    const store = await lab.open();
    lab.offline();
    store.dispatch(creation());
    await lab.quiet();
    const waits: (number | null)[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      waits.push(lab.wait);
      await lab.pass(lab.wait ?? 0);
    }
    expect(waits).toEqual([750, 1500, 3000, 6000, 12000, 24000, 45000, 45000]);
  });

  it("for one change does not hold up the others", async () => {
    const store = await lab.open();
    const stuck = creation();
    const other = creation();
    lab.server.fault = (request) => (request === `create ${stuck.id}` ? { status: 500 } : null);
    store.dispatch(stuck, other);
    await lab.quiet();
    expect([...lab.server.tasks.keys()]).toEqual([other.id]);
    lab.online();
    await lab.pass(1000);
    expect(lab.server.tasks.size).toBe(2);
  });
});
