import { beforeEach, expect, it, vi } from "vitest";
import { keepForOffline } from "./offline";

const HERE = "/assets/index-here.js";
const reload = vi.fn();

beforeEach(() => {
  reload.mockReset();
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("document", { querySelector: () => ({ src: `https://example.com${HERE}` }) });
  vi.stubGlobal("location", { reload });
  vi.stubGlobal("navigator", { onLine: true });
});

/** A part of the page cannot be had, and the service answers so when it is asked for the page. */
async function lose(answer: () => Promise<Response>): Promise<void> {
  const asked = vi.fn(answer);
  vi.stubGlobal("fetch", asked);
  keepForOffline();
  window.dispatchEvent(new Event("vite:preloadError"));
  await vi.waitFor(() => expect(asked).toHaveBeenCalled());
  await new Promise((resolve) => setTimeout(resolve));
}

const page = (script: string) => async () => new Response(`<script type="module" src="${script}"></script>`);

it("loads the page anew when the service has another version", async () => {
  await lose(page("/assets/index-new.js"));
  expect(reload).toHaveBeenCalledOnce();
});

it("stays, rather than to load the same version again and again", async () => {
  await lose(page(HERE));
  expect(reload).not.toHaveBeenCalled();
});

it.each([
  ["the host fails", async () => new Response("down", { status: 503 })],
  ["there is no network", () => Promise.reject(new TypeError("no network"))],
])("stays when %s", async (_, answer) => {
  await lose(answer);
  expect(reload).not.toHaveBeenCalled();
});
