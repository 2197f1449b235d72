import { expect, it } from "vitest";
import type { Change, TaskStore } from "../model";
import { contents, creation, Lab, there } from "./testing/lab";
import { seeded } from "./testing/seeded";

/** Two tabs, another device, answers that get lost, and reloads: in the end all have the same. */
it.each(Array.from({ length: 15 }, (_, seed) => seed))(
  "whatever happens, all come to the same in the end (%i)",
  async (seed) => {
    const { pick, chance } = seeded(seed);
    const lab = new Lab();
    const { server } = lab;
    server.pageSize = 7;
    const tabs: TaskStore[] = [await lab.open(), await lab.open()];
    server.fault = () =>
      chance(0.8) ? null : (pick(["no answer", "lost answer", { status: 503 }, { status: 500 }] as const) ?? null);

    for (let step = 0; step < 40; step++) {
      const which = chance(0.5) ? 0 : 1;
      const ids = [...there(tabs[which]).snapshot().tasks.keys()];
      if (chance(0.25)) elsewhere(step);
      else if (chance(0.05)) {
        there(tabs[which]).close();
        tabs[which] = lab.openAtOnce();
      } else if (chance(0.1)) there(tabs[which]).undo();
      else there(tabs[which]).dispatch(change(ids, step));
      if (chance(0.3)) await lab.pass(2000);
    }

    lab.online();
    for (let round = 0; round < 10; round++) {
      await lab.pass(60_000);
      for (const { number } of there(tabs[0]).snapshot().conflicts) {
        there(tabs[0]).resolve(number, chance(0.5) ? "mine" : "theirs");
      }
      for (const { number } of there(tabs[1]).snapshot().rejections) there(tabs[1]).dismiss(number);
      for (const tab of tabs) await lab.settled(tab);
    }
    for (const tab of tabs) {
      expect(tab.snapshot()).toMatchObject({ queued: 0, conflicts: [], pending: new Set() });
      expect(tab.snapshot().connection.state).toBe("connected");
      expect(contents(tab.snapshot().tasks)).toEqual(contents(server.tasks));
      for (const [id, task] of tab.snapshot().tasks) expect(task).toEqual(server.task(id));
    }
    lab.close();

    function elsewhere(step: number): void {
      const id = pick([...server.tasks.keys()]);
      if (!id) return;
      try {
        pick([
          () => server.patch(id, { title: `Elsewhere ${step}` }),
          () => server.patch(id, { priority: "high" }),
          () => server.complete(id, chance(0.5)),
          () => server.delete(id, chance(0.3)),
          () => server.restore(id),
        ])?.();
      } catch {
        // Not possible as it is.
      }
    }

    function change(ids: readonly string[], step: number): Change {
      const id = pick(ids) ?? "";
      const parent_id = chance(0.5) ? (pick(ids) ?? null) : null;
      if (ids.length < 3 || chance(0.25)) {
        const repeating = chance(0.2) ? { due: "2036-03-01", repeat: "FREQ=DAILY" } : {};
        return creation({ title: `Task ${step}`, parent_id, ...repeating });
      }
      return pick<Change>([
        { kind: "patch", id, patch: { title: ` Here ${step}` } },
        { kind: "patch", id, patch: { priority: "low", tags: [`${step}`] } },
        { kind: "patch", id, patch: { parent_id } },
        { kind: "patch", id, patch: { title: "" } },
        { kind: "complete", id, completed: chance(0.6) },
        { kind: "delete", id },
        { kind: "restore", id },
        { kind: "purge", id },
        { kind: "delete_completed" },
        { kind: "empty_trash" },
      ]) as Change;
    }
  },
);
