import { describe, expect, test } from "vitest";
import type { Task } from "../model";
import { counts, select, tagsOf, urlOfView, type View, viewFromUrl } from "./views";

// A Wednesday, noon in Berlin.
const moment = { now: new Date("2026-07-01T10:00:00Z"), zone: "Europe/Berlin" };

function task(id: string, fields: Partial<Task> = {}): Task {
  return {
    id,
    url: `https://tasks.example/api/tasks/${id}`,
    title: id,
    description: null,
    completed: false,
    priority: "none",
    due: null,
    due_timezone: null,
    tags: [],
    order: 0,
    repeat: null,
    repeat_from: "due",
    parent_id: null,
    completed_at: null,
    version: 1,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    deleted_at: null,
    ...fields,
  };
}

const done = { completed: true, completed_at: "2026-06-01T00:00:00Z" };
const trashed = { deleted_at: "2026-06-20T00:00:00Z" };
const mapOf = (...tasks: Task[]) => new Map(tasks.map((each) => [each.id, each]));
const view = (address: string): View => {
  const { pathname, search } = new URL(address, "https://tasks.example");
  return viewFromUrl(pathname, search);
};
const ids = (address: string, ...tasks: Task[]) =>
  select(mapOf(...tasks), view(address), moment).map((row) => row.task.id);

describe("addresses", () => {
  test.each([
    "/all",
    "/today",
    "/upcoming?sort=title",
    "/completed?q=milk+%26+honey",
    "/trash?direction=asc",
    "/tag/home",
    "/tag/caf%C3%A9%2Fbar?tag=work&priority=low&priority=high&due=overdue",
    "/today?tag=home",
    "/all?tag=100%25",
    "/all?tag=..",
    "/all?sort=due&direction=desc",
  ])("%s is the address of its own view", (address) => {
    expect(urlOfView(view(address))).toBe(address);
  });

  test("what is not known counts as not said, and what is usual is left out", () => {
    expect(view("/")).toEqual(view("/all"));
    expect(urlOfView(view("/nothing?sort=size&due=soon&priority=urgent&direction=up"))).toBe("/all");
    expect(urlOfView(view("/today?sort=due&direction=asc&due=any&q="))).toBe("/today");
    expect(urlOfView(view("/tag/home?tag=home"))).toBe("/tag/home");
  });

  test("a path that a router has decoded means the same", () => {
    expect(viewFromUrl("/tag/café", "").tags).toEqual(["café"]);
    expect(viewFromUrl("/tag/50%", "").tags).toEqual(["50%"]);
  });
});

describe("all tasks", () => {
  test("stand below their parents, siblings in their order, equal ones by id", () => {
    const rows = select(
      mapOf(
        task("b1", { parent_id: "b", order: 2 }),
        task("b2", { parent_id: "b", order: 1, ...done }),
        task("b2x", { parent_id: "b2", ...done }),
        task("b", { order: 5 }),
        task("c", { order: 5 }),
        task("a", { order: 9 }),
      ),
      view("/all"),
      moment,
    );
    expect(rows.map((row) => [row.task.id, row.depth, row.children, row.done])).toEqual([
      ["b", 0, 2, 1],
      ["b2", 1, 1, 1],
      ["b2x", 2, 0, 0],
      ["b1", 1, 0, 0],
      ["c", 0, 0, 0],
      ["a", 0, 0, 0],
    ]);
    expect(rows.every((row) => row.parentTitle === null)).toBe(true);
  });

  test("what is done at the top or in the trash is not there, and what is open below it is at the top", () => {
    const tasks = [
      task("done", done),
      task("below", { parent_id: "done", title: "Below" }),
      task("gone", trashed),
      task("left", { parent_id: "gone" }),
      task("orphan", { parent_id: "nobody" }),
    ];
    expect(ids("/all", ...tasks)).toEqual(["below", "left", "orphan"]);
    expect(select(mapOf(...tasks), view("/all"), moment)[0]?.parentTitle).toBe("done");
  });

  test("what is open below a completed subtask is at the top too, once", () => {
    const tasks = [task("p"), task("done", { parent_id: "p", ...done }), task("x", { parent_id: "done" })];
    const rows = select(mapOf(...tasks), view("/all"), moment);
    expect(rows.map((row) => [row.task.id, row.depth])).toEqual([
      ["p", 0],
      ["done", 1],
      ["x", 0],
    ]);
  });

  test("a circle that was made elsewhere hides nothing", () => {
    expect(ids("/all", task("a", { parent_id: "b" }), task("b", { parent_id: "a" }))).toEqual(["a", "b"]);
  });

  test("with a filter or another order they are no tree, and name their parents", () => {
    const tasks = [task("p", { title: "Party" }), task("c", { parent_id: "p", title: "Cake", ...{ tags: ["food"] } })];
    expect(select(mapOf(...tasks), view("/tag/food"), moment)).toMatchObject([
      { task: { id: "c" }, depth: 0, parentTitle: "Party" },
    ]);
    expect(select(mapOf(...tasks), view("/all?sort=title"), moment).map((row) => row.depth)).toEqual([0, 0]);
    expect(ids("/all?q=PÁRTY", ...tasks)).toEqual(["p"]);
  });
});

describe("lists by due date", () => {
  const tasks = [
    task("undated"),
    task("tomorrow", { due: "2026-07-02" }),
    task("tonight", { due: "2026-07-01T20:00:00" }),
    task("today", { due: "2026-07-01" }),
    task("late", { due: "2026-07-01T08:00:00" }),
    task("yesterday", { due: "2026-06-30" }),
    // Already tomorrow in Berlin.
    task("york", { due: "2026-07-01T19:00:00", due_timezone: "America/New_York" }),
    task("finished", { due: "2026-06-30", ...done }),
    task("thrown", { due: "2026-06-30", ...trashed }),
  ];

  test("today has what is overdue too, by due date, whole days before their times", () => {
    expect(ids("/today", ...tasks)).toEqual(["yesterday", "today", "late", "tonight"]);
  });

  test("upcoming has what is due later", () => {
    expect(ids("/upcoming", ...tasks)).toEqual(["tomorrow", "york"]);
  });

  test("filters look at due dates", () => {
    expect(ids("/all?due=overdue", ...tasks)).toEqual(["late", "yesterday"]);
    expect(ids("/all?due=none", ...tasks)).toEqual(["undated"]);
  });

  test("what has no date is last in both directions", () => {
    expect(ids("/all?sort=due", ...tasks).at(-1)).toBe("undated");
    expect(ids("/all?sort=due&direction=desc", ...tasks).at(0)).toBe("york");
    expect(ids("/all?sort=due&direction=desc", ...tasks).at(-1)).toBe("undated");
  });

  test("are counted", () => {
    expect(counts(mapOf(...tasks), moment)).toEqual({ all: 7, today: 4, overdue: 2, upcoming: 2, trash: 1 });
  });

  test("are seen from the zone at hand", () => {
    const elsewhere = { ...moment, zone: "America/New_York" };
    const found = select(mapOf(...tasks), view("/today"), elsewhere).map((row) => row.task.id);
    expect(select(mapOf(...tasks), view("/today"), moment)).toHaveLength(4);
    expect(found).toEqual(["yesterday", "today", "late", "york", "tonight"]);
  });
});

describe("filters and orders", () => {
  const tasks = [
    task("1", { title: "item 10", tags: ["a", "b"], priority: "high", created_at: "2026-01-03T00:00:00Z" }),
    task("2", { title: "Item 9", tags: ["a"], priority: "low", created_at: "2026-01-02T00:00:00Z" }),
    task("3", { title: "émail", description: "Write to Zoë", tags: ["b"], created_at: "2026-01-04T00:00:00Z" }),
  ];

  test("all of the tags, any of the priorities", () => {
    expect(ids("/all?tag=a&tag=b", ...tasks)).toEqual(["1"]);
    expect(ids("/all?priority=low&priority=high", ...tasks)).toEqual(["1", "2"]);
  });

  test("a search looks in title and description, whatever the case and accents", () => {
    expect(ids("/all?q=ZOE", ...tasks)).toEqual(["3"]);
    expect(ids("/all?q=Émail", ...tasks)).toEqual(["3"]);
    expect(ids("/all?q=+", ...tasks)).toHaveLength(3);
  });

  test("orders", () => {
    expect(ids("/all?sort=title", ...tasks)).toEqual(["3", "2", "1"]);
    expect(ids("/all?sort=created", ...tasks)).toEqual(["3", "1", "2"]);
    expect(ids("/all?sort=created&direction=asc", ...tasks)).toEqual(["2", "1", "3"]);
    expect(ids("/all?sort=priority", ...tasks)).toEqual(["1", "2", "3"]);
    expect(ids("/all?direction=desc", ...tasks)).toEqual(["1", "2", "3"]);
  });

  test("completed tasks and the trash have lists of their own, the trash for 30 days", () => {
    const more = [
      ...tasks,
      task("4", { ...done, updated_at: "2026-06-01T00:00:00Z" }),
      task("5", { ...done, updated_at: "2026-06-02T00:00:00Z" }),
      task("6", trashed),
      task("7", { deleted_at: "2026-06-01T09:59:59Z" }),
    ];
    expect(ids("/completed", ...more)).toEqual(["5", "4"]);
    expect(ids("/trash", ...more)).toEqual(["6"]);
  });

  test("tags of open tasks are told with their numbers", () => {
    const more = [...tasks, task("4", { tags: ["Zoo", "a"] }), task("5", { tags: ["gone"], ...trashed })];
    expect(tagsOf(mapOf(...more))).toEqual([
      { tag: "a", count: 3 },
      { tag: "b", count: 2 },
      { tag: "Zoo", count: 1 },
    ]);
  });
});

test("five thousand tasks are selected, sorted and counted in no time to speak of", () => {
  const many = mapOf(
    ...Array.from({ length: 5000 }, (_, n) =>
      task(`t${n}`, {
        order: (n * 7919) % 5000,
        due: `2026-07-${String((n % 28) + 1).padStart(2, "0")}T10:00:00`,
        due_timezone: n % 2 ? "America/New_York" : null,
        description: "Überall etwas zu lesen",
        parent_id: n % 3 ? `t${n - (n % 3)}` : null,
      }),
    ),
  );
  const run = () => {
    for (const address of ["/all", "/today", "/upcoming", "/all?q=lesen"]) select(many, view(address), moment);
    counts(many, moment);
  };
  run();
  const begun = performance.now();
  run();
  expect(performance.now() - begun).toBeLessThan(1000);
});
