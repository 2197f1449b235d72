import { beforeEach, expect, it, vi } from "vitest";

type Listener = (event: { request: Request; respondWith: (answer: Promise<Response>) => void }) => void;

const listeners = new Map<string, Listener>();
const navigation = () => ({ url: "https://example.com/all", method: "GET", mode: "navigate" }) as Request;

async function answerTo(request: Request): Promise<Response | null> {
  let answer: Promise<Response> | null = null;
  listeners.get("fetch")?.({ request, respondWith: (given) => (answer = given) });
  return answer;
}

beforeEach(async () => {
  vi.stubGlobal("self", {
    location: { origin: "https://example.com" },
    addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
  });
  vi.stubGlobal("__FILES__", ["/assets/one.js"]);
  vi.stubGlobal("__PAGE__", "/assets/page-1.html");
  vi.stubGlobal("__VERSION__", "1");
  vi.stubGlobal("caches", { match: async () => new Response("kept") });
  vi.resetModules();
  await import("./sw");
});

const text = async (request: Request) => (await answerTo(request))?.text();

it("shows the newest page that can be had", async () => {
  vi.stubGlobal("fetch", async () => new Response("newest"));
  expect(await text(navigation())).toBe("newest");
});

it("shows the page that is kept when there is no network", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network")));
  expect(await text(navigation())).toBe("kept");
});

it("shows the page that is kept when the host fails", async () => {
  vi.stubGlobal("fetch", async () => new Response("down", { status: 503 }));
  expect(await text(navigation())).toBe("kept");
});

it("lets requests to the API pass by", async () => {
  const request = { url: "https://example.com/api/tasks", method: "GET", mode: "cors" } as Request;
  expect(await answerTo(request)).toBeNull();
});
