/** What was done in this tab, and how it is taken back. */

import type { Change, Task } from "../model";
import { isLive } from "./apply";
import { type Collidable, differing, MEMBERS, type Member, membersOf, pick, same } from "./fields";
import type { Draft } from "./outbox";
import type { Tasks } from "./trees";

const LIMIT = 100;
/** More at once are not brought back: each is a request of its own. */
const MOST_TASKS = 100;

const CONTENT: readonly Collidable[] = [...MEMBERS, "completed"];

interface Done {
  draft: Draft;
  /** The task as the change left it. */
  left: Task | undefined;
}

export class UndoStack {
  readonly #groups: Done[][] = [];

  /** Notes changes that belong together, after they were made. */
  push(drafts: readonly Draft[], tasks: Tasks): void {
    const group = drafts
      .filter(({ change, ids }) => !IRREVERSIBLE.includes(change.kind) && ids.length <= MOST_TASKS)
      .map((draft) => ({ draft, left: "id" in draft.change ? tasks.get(draft.change.id) : undefined }));
    if (group.length === 0) return;
    this.#groups.push(group);
    if (this.#groups.length > LIMIT) this.#groups.shift();
  }

  /** What an undo would take back now; what cannot be taken back any more is forgotten. */
  next(tasks: Tasks): Change | null {
    for (let group = this.#groups.at(-1); group; group = this.#groups.at(-1)) {
      const first = group.find((done) => opposite(done, tasks).length > 0);
      if (first) return first.draft.change;
      this.#groups.pop();
    }
    return null;
  }

  /** The changes that take the last group back, one after the other, each looked up when the one before was made. */
  *take(tasks: Tasks): Generator<Change> {
    if (!this.next(tasks)) return;
    for (const done of this.#groups.pop()?.toReversed() ?? []) yield* opposite(done, tasks);
  }
}

const IRREVERSIBLE: readonly Change["kind"][] = ["purge", "empty_trash"];

/** Only what still is as the change left it: whatever came from elsewhere since then stays. */
function opposite({ draft, left }: Done, tasks: Tasks): Change[] {
  const { change, before, ids } = draft;
  if (change.kind === "delete_completed") {
    return ids.filter((id) => isTrashed(tasks.get(id))).map((id) => ({ kind: "restore", id }));
  }
  if (!("id" in change)) return [];
  const { id } = change;
  const task = tasks.get(id);
  if (!task) return [];
  if (change.kind === "delete") return isTrashed(task) ? [{ kind: "restore", id }] : [];
  if (!left || !isLive(task)) return [];
  switch (change.kind) {
    case "create":
    case "restore":
      return differing(task, left, CONTENT).length === 0 ? [{ kind: "delete", id }] : [];
    case "complete":
      return task.completed === left.completed ? [{ kind: "complete", id, completed: !change.completed }] : [];
    case "patch": {
      const members: Member[] = membersOf(change.patch).filter((member) => same(task, left, member));
      return before && members.length > 0 ? [{ kind: "patch", id, patch: pick(before, members) }] : [];
    }
    default:
      return [];
  }
}

function isTrashed(task: Task | undefined): boolean {
  return task !== undefined && !isLive(task);
}
