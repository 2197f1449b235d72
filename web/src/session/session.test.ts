import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { User } from "./remembered";

const ADA = { id: "ada", email: "ada@example.com" } as User;
const BEN = { id: "ben", email: "ben@example.com" } as User;

/** A grant whose access token says whose it is. */
function grantOf(user: User) {
  const access_token = `e30.${btoa(JSON.stringify({ sub: user.id }))}.e30`;
  return { access_token, token_type: "Bearer" as const, expires_in: 900, session_id: "one", user };
}

/** A page of the app, opened anew. */
async function opened() {
  vi.resetModules();
  const session = await import("./session");
  session.start();
  return session;
}

function keep(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
}

async function kept(): Promise<(string | undefined)[]> {
  return (await indexedDB.databases()).map(({ name }) => name).sort();
}

const remembered = () => JSON.parse(localStorage.getItem("taskward.user") ?? "null") as User | null;

let replace: ReturnType<typeof vi.fn<(address: string) => void>>;
/** Where the page went in the end; null when it stayed. */
const goal = () => replace.mock.lastCall?.[0] ?? null;

beforeEach(async () => {
  const items = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => items.set(key, value),
    removeItem: (key: string) => items.delete(key),
  });
  replace = vi.fn();
  vi.stubGlobal("location", { pathname: "/tag/secret", search: "", replace });
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", Object.assign(new EventTarget(), { documentElement: { hidden: false } }));
  vi.stubGlobal("fetch", async () => new Response(null, { status: 204 }));
  for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name ?? "");
  localStorage.setItem("taskward.user", JSON.stringify(ADA));
  await keep("taskward-ada");
});

describe("a session that is over", () => {
  // The cookie runs out with the token in it: then the service is sent none.
  it.each(["token_expired", "invalid_token"])("by its time (%s) keeps what waits to be sent", async (code) => {
    const session = await opened();
    session.ended(code);
    await vi.waitFor(() => expect(goal()).toBe("/sign-in?over=expired&next=%2Ftag%2Fsecret"));
    expect(remembered()).toBeNull();
    expect(await kept()).toEqual(["taskward-ada"]);
  });

  it.each(["session_revoked", "token_reused"])("by somebody (%s) leaves nothing", async (code) => {
    const session = await opened();
    session.ended(code);
    await vi.waitFor(() => expect(goal()).toBe("/sign-in?over=ended&next=%2Ftag%2Fsecret"));
    expect(await kept()).toEqual([]);
  });

  it("is left once everything is wiped, however many requests find it out", async () => {
    const session = await opened();
    session.ended("session_revoked");
    session.ended("session_revoked");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(goal()).toBeNull();
    await vi.waitFor(() => expect(goal()).toContain("over=ended"));
    expect(replace).toHaveBeenCalledOnce();
    expect(await kept()).toEqual([]);
  });
});

describe("a sign-out", () => {
  it("wipes, and leaves no word of where the user was", async () => {
    const session = await opened();
    await session.signOut();
    expect(goal()).toBe("/sign-in");
    expect(await kept()).toEqual([]);
  });

  it("in another tab leaves no word of it either", async () => {
    await opened();
    const other = new BroadcastChannel("taskward-session");
    other.postMessage({ type: "signed_out", over: "signed_out" });
    await vi.waitFor(() => expect(goal()).toBe("/sign-in?over=signed_out"));
    other.close();
    expect(document.documentElement.hidden).toBe(true);
  });

  it("is not undone by an answer that comes late", async () => {
    const session = await opened();
    const done = session.signOut();
    session.updateUser({ ...ADA, name: "Ada" });
    await done;
    expect(remembered()).toBeNull();
  });

  it("leaves where a browser does not tell its databases", async () => {
    vi.spyOn(indexedDB, "databases").mockRejectedValueOnce(new DOMException("denied", "SecurityError"));
    const session = await opened();
    await session.signOut();
    expect(goal()).toBe("/sign-in");
  });
});

describe("a sign-in", () => {
  it("wipes what others left, and keeps what is of this user", async () => {
    await keep("taskward-ben");
    localStorage.removeItem("taskward.user");
    const session = await opened();
    await session.begin(grantOf(BEN));
    expect(session.signedInUser()).toEqual(BEN);
    expect(remembered()).toEqual(BEN);
    expect(await kept()).toEqual(["taskward-ben"]);
  });

  it("of somebody else is not undone by an answer for the one before", async () => {
    const session = await opened();
    localStorage.setItem("taskward.user", JSON.stringify(BEN));
    session.updateUser({ ...ADA, name: "Ada" });
    expect(remembered()).toEqual(BEN);
  });

  it.each(["/all?q=a//b", "/account/profile"])("leads back to where the user was: %s", async (next) => {
    const { destination } = await opened();
    expect(destination(`?${new URLSearchParams({ next })}`)).toBe(next);
  });

  it.each(["https://example.net/", "//example.net/", "/\\example.net/", "/\t/example.net/", "/\n\r/example.net/"])(
    "leads to no other site: %j",
    async (next) => {
      const { destination } = await opened();
      expect(destination(`?${new URLSearchParams({ next })}`)).toBe("/");
    },
  );

  it("leads to no other site by dots before two slashes", async () => {
    const { destination } = await opened();
    expect(destination(`?${new URLSearchParams({ next: "/.//example.net/" })}`)).toBe("/example.net/");
  });

  it("shows a profile that was changed", async () => {
    const session = await opened();
    session.updateUser({ ...ADA, name: "Ada" });
    expect(session.signedInUser()?.name).toBe("Ada");
    expect(remembered()?.name).toBe("Ada");
  });
});
