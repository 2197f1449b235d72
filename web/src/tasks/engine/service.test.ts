import createClient from "openapi-fetch";
import { beforeEach, expect, it, vi } from "vitest";

let sent: { request: string; headers: Record<string, string>; body: unknown };
let answer: () => Response;

vi.mock("../../api/client", () => ({
  api: createClient({
    baseUrl: "https://taskward.example/api",
    fetch: async (request: Request) => {
      const text = await request.text();
      const url = new URL(request.url);
      sent = {
        request: `${request.method} ${url.pathname}${url.search}`,
        headers: Object.fromEntries(request.headers),
        body: text ? JSON.parse(text) : null,
      };
      return answer();
    },
  }),
}));

const { taskService } = await import("./service");
const { FIELDS } = await import("./testing/lab");

const TASK = { id: "t", title: "Pay rent", version: 4 };

beforeEach(() => {
  vi.stubEnv("TZ", "Europe/Paris");
  answer = () => Response.json(TASK);
});

it("makes a task under its own id, once", async () => {
  await taskService.create("t", FIELDS);
  expect(sent.request).toBe("PUT /api/tasks/t?tz=Europe%2FParis");
  expect(sent.headers["if-none-match"]).toBe("*");
  expect(sent.body).toEqual({ ...FIELDS, completed: false });
});

it.each([
  ["PATCH /api/tasks/t?tz=Europe%2FParis", () => taskService.patch("t", { title: "Other" }, 3), { title: "Other" }],
  ["PATCH /api/tasks/t/complete?tz=Europe%2FParis", () => taskService.complete("t", false, 3), { completed: false }],
  ["POST /api/tasks/t/restore", () => taskService.restore("t", 3), null],
  ["DELETE /api/tasks/t", () => taskService.delete("t", 3, false), null],
  ["DELETE /api/tasks/t?permanent=true", () => taskService.delete("t", 3, true), null],
])("%s goes by the version", async (request, call, body) => {
  await call();
  expect(sent).toMatchObject({ request, body });
  expect(sent.headers["if-match"]).toBe('"3"');
});

it("knows what takes a job, and when that is over", async () => {
  answer = () => new Response(null, { status: 204 });
  expect(await taskService.deleteCompleted()).toBeNull();
  expect(sent.request).toBe("DELETE /api/tasks?completed=true");
  answer = () => Response.json({ id: "j", state: "queued" }, { status: 202 });
  expect(await taskService.emptyTrash()).toBe("j");
  expect(sent.request).toBe("DELETE /api/tasks?trashed=true");
  expect(await taskService.isOver("j")).toBe(false);
  answer = () => Response.json({ id: "j", state: "done" });
  expect(await taskService.isOver("j")).toBe(true);
  answer = () => Response.json({ status: 404, code: "not_found" }, { status: 404 });
  expect(await taskService.isOver("j")).toBe(true);
});

it("reads the feed in large pages, from a token on", async () => {
  await taskService.changes(null);
  expect(sent.request).toBe("GET /api/tasks/changes?limit=500");
  await taskService.changes("token");
  expect(sent.request).toBe("GET /api/tasks/changes?limit=500&since=token");
});

it("finds no task where there is none, and passes any other refusal on", async () => {
  answer = () => Response.json({ status: 404, code: "not_found" }, { status: 404 });
  expect(await taskService.get("t")).toBeNull();
  // Something between here and the service, which knows nothing of tasks.
  answer = () => new Response("<h1>Not found</h1>", { status: 404 });
  await expect(taskService.get("t")).rejects.toMatchObject({ status: 404, code: "refused" });
  answer = () => Response.json({ status: 503 }, { status: 503, headers: { "Retry-After": "5" } });
  await expect(taskService.get("t")).rejects.toMatchObject({ status: 503, retryAfter: 5 });
});

it("a time zone that the service does not know is left out", async () => {
  const unknown = { status: 422, code: "invalid_request", errors: [{ field: "tz", message: "Name a zone." }] };
  answer = () => (sent.request.includes("tz=") ? Response.json(unknown, { status: 422 }) : Response.json({ id: "t" }));
  expect(await taskService.complete("t", true, 1)).toEqual({ id: "t" });
  expect(sent.request).toBe("PATCH /api/tasks/t/complete");
});
