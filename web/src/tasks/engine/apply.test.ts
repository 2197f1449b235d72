import { expect, it } from "vitest";
import type { Change } from "../model";
import { apply, taken, takesEffect } from "./apply";
import { contents, creation } from "./testing/lab";
import { seeded } from "./testing/seeded";
import { ModelServer } from "./testing/server";
import { Forest } from "./trees";

/** The same change, at the service. */
function carryOut(server: ModelServer, change: Change): void {
  if (change.kind === "create") server.create(change.id, change.fields);
  if (change.kind === "patch") server.patch(change.id, change.patch);
  if (change.kind === "complete") server.complete(change.id, change.completed);
  if (change.kind === "delete" || change.kind === "purge") server.delete(change.id, change.kind === "purge");
  if (change.kind === "restore") server.restore(change.id);
  if (change.kind === "delete_completed") server.deleteCompleted();
  if (change.kind === "empty_trash") server.emptyTrash();
}

it.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "comes to what the service makes of it, whatever the order (%i)",
  (seed) => {
    const { pick, chance } = seeded(seed);
    const server = new ModelServer();
    const tasks = new Forest();
    for (let step = 0; step < 60; step++) {
      const ids = [...tasks.byId.keys()];
      const id = pick(ids) ?? "";
      const change: Change =
        ids.length < 4 || chance(0.25)
          ? creation({ title: `Task ${step}`, parent_id: chance(0.6) ? (pick(ids) ?? null) : null })
          : (pick<Change>([
              { kind: "patch", id, patch: { title: `Changed in ${step}` } },
              { kind: "patch", id, patch: { parent_id: chance(0.7) ? (pick(ids) ?? null) : null } },
              { kind: "complete", id, completed: chance(0.6) },
              { kind: "complete", id, completed: chance(0.6) },
              { kind: "delete", id },
              { kind: "restore", id },
              { kind: "purge", id },
              { kind: "delete_completed" },
              { kind: "empty_trash" },
            ]) as Change);
      if (!takesEffect(tasks, change)) continue;
      try {
        carryOut(server, change);
      } catch {
        // It is none that a person could ask for here: below itself, or below what is in the trash.
        continue;
      }
      apply(tasks, { change, at: `2036-03-01T08:00:00.${String(step).padStart(6, "0")}Z`, ids: taken(tasks, change) });
      expect(contents(tasks.byId)).toEqual(contents(server.tasks));
    }
  },
);
