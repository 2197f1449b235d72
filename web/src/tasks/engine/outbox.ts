/** The changes that wait to be sent, in the order in which they were made. */

import type { Change, Task } from "../model";
import { type Step, taken } from "./apply";
import { type Collidable, differing, explicit, membersOf, pick, same, touched } from "./fields";
import { lineOf, type Tasks } from "./trees";

/** A change that this device made. */
export interface Draft extends Step {
  /** The task as the person saw it when they made the change; null of a new one, and of changes to many. */
  readonly before: Task | null;
  /** What it hangs together with: its task, all above it, and where it goes. */
  readonly line: readonly string[];
  /**
   * Tried: an attempt was made, so the service may have it. Sent: the service has it, and what it did to other tasks is
   * still to be read from there. Rejected: the service refused it.
   */
  readonly state: "waiting" | "tried" | "sent" | "rejected";
  /** The job that carries it out at the service. */
  readonly job: string | null;
  /** Its task is to be brought back from the trash first, if it went there elsewhere. */
  readonly revives: boolean;
  /** Why it was rejected, and which task it was about. */
  readonly rejection: { readonly reason: string; readonly title: string | null } | null;
}

/** A draft that has its place in the order. */
export interface Queued extends Draft {
  readonly number: number;
}

/** What is to be written of later changes when one has come to its end. */
export interface Sequel {
  put: Queued[];
  remove: number[];
}

/** A change to many tasks takes what is completed, or in the trash, when it arrives: so these keep their order. */
const SWALLOWS: readonly (readonly [Change["kind"], Change["kind"]])[] = [
  ["delete_completed", "complete"],
  ["empty_trash", "delete"],
  ["empty_trash", "restore"],
  ["empty_trash", "delete_completed"],
];

export function drafted(change: Change, at: string, tasks: Tasks): Draft {
  const ids = taken(tasks, change);
  const fresh = { at, ids, state: "waiting", job: null, revives: false, rejection: null } as const;
  if (!("id" in change)) return { ...fresh, change, before: null, line: ids };
  const before = tasks.get(change.id) ?? null;
  const exact = change.kind === "patch" && before ? { ...change, patch: explicit(change.patch, before) } : change;
  return { ...fresh, change: exact, before, line: linesOf(tasks, exact) };
}

/** Ids of the tasks that a change is about. */
export function about({ change, ids }: Draft): readonly string[] {
  return "id" in change ? [change.id] : ids;
}

/** Changes that were not carried out yet: what depends on one of them has to wait. */
export class Held {
  readonly #about = new Set<string>();
  readonly #lines = new Set<string>();
  readonly #kinds = new Set<Change["kind"]>();

  add(draft: Draft): void {
    for (const id of about(draft)) this.#about.add(id);
    for (const id of draft.line) this.#lines.add(id);
    this.#kinds.add(draft.change.kind);
  }

  /** Whether the outcome of a change may depend on these, or theirs on it. */
  concerns(draft: Draft): boolean {
    return (
      draft.line.some((id) => this.#about.has(id)) ||
      about(draft).some((id) => this.#lines.has(id)) ||
      SWALLOWS.some(
        ([many, one]) =>
          (draft.change.kind === many && this.#kinds.has(one)) || (draft.change.kind === one && this.#kinds.has(many)),
      )
    );
  }
}

/** The numbers of the changes that the next ones may become one with. */
export function candidates(queue: readonly Queued[], drafts: readonly Draft[]): number[] {
  const found = drafts.map((draft) => precursor(queue, draft)).filter((entry) => entry !== undefined);
  return [...new Set(found.map((entry) => entry.number))];
}

/**
 * What is to be written of new changes: they go to the end, or into what waits already.
 *
 * @param fresh the candidates as they are now: another tab may have sent them meanwhile.
 */
export function placed(
  queue: readonly Queued[],
  drafts: readonly Draft[],
  fresh: ReadonlyMap<number, Queued>,
): { put: Queued[]; removed: number[]; add: Draft[] } {
  const add: Draft[] = [];
  const waiting = new Map(queue.map((entry) => [entry.number, fresh.get(entry.number) ?? entry]));
  const put = new Map<number, Queued>();
  const removed: number[] = [];
  for (const draft of drafts) {
    const target = precursor(add, draft) ? undefined : precursor([...waiting.values()], draft);
    const one = target && fresh.has(target.number) ? merged(target, draft) : undefined;
    if (one === undefined || !target) {
      add.push(draft);
      continue;
    }
    if (one) {
      put.set(target.number, one);
      waiting.set(target.number, one);
    } else {
      put.delete(target.number);
      waiting.delete(target.number);
      removed.push(target.number);
    }
  }
  return { put: [...put.values()], removed, add };
}

/** The later changes that make no sense without the task that an earlier one is about. */
export function dependents(entry: Queued, entries: readonly Queued[]): Queued[] {
  return laterOf(entry, entries).filter((later) => about(entry).some((id) => later.line.includes(id)));
}

/**
 * A waiting change and the next one as one change; null when they cancel each other out, undefined when they have to
 * stay two.
 */
function merged(target: Queued, next: Draft): Queued | null | undefined {
  const former = target.change;
  const change = next.change;
  if (target.state !== "waiting" || !("id" in former && "id" in change && former.id === change.id)) return undefined;
  const line = [...new Set([...target.line, ...next.line])];
  if (former.kind === "patch" && change.kind === "patch" && target.before) {
    const patch = { ...former.patch, ...change.patch };
    const left = explicit(patch, target.before);
    return membersOf(left).length === 0 ? null : { ...target, line, change: { ...former, patch: left } };
  }
  if (former.kind === "create" && change.kind === "patch") {
    return { ...target, line, change: { ...former, fields: { ...former.fields, ...change.patch } } };
  }
  const kinds = `${former.kind} ${change.kind}`;
  return ["complete complete", "delete restore", "restore delete"].includes(kinds) ? null : undefined;
}

/** After a change was carried out: the later ones of its task are based on what the service made of it. */
export function afterSending(entry: Queued, from: Task | undefined, to: Task, entries: readonly Queued[]): Sequel {
  const members = touched(entry.change);
  const own = entry.change.kind === "complete" && from ? differing(from, to, members) : members;
  return rebased(entry, entries, (before) => assigned(before, to, own));
}

/** After a change was given up: the later ones of its task are based on what was there before it. */
export function afterDropping(entry: Queued, entries: readonly Queued[]): Sequel {
  const { change, before } = entry;
  if (!before || (change.kind !== "patch" && change.kind !== "complete")) return { put: [], remove: [] };
  const made = change.kind === "patch" ? change.patch : { completed: change.completed };
  const members: readonly Collidable[] = change.kind === "patch" ? membersOf(change.patch) : ["completed"];
  return rebased(entry, entries, (later) =>
    assigned(
      later,
      before,
      members.filter((member) => same(later, made, member)),
    ),
  );
}

/** After a change was given up for another version: later ones do not bring the same members back. */
export function afterYielding(entry: Queued, theirs: Task, entries: readonly Queued[]): Sequel {
  const lost = touched(entry.change);
  const sequel = rebased(entry, entries, (before) => assigned(before, theirs, lost));
  const put: Queued[] = [];
  for (const later of sequel.put) {
    if (later.change.kind !== "patch") {
      put.push(later);
      continue;
    }
    const kept = membersOf(later.change.patch).filter((member) => !lost.includes(member));
    if (kept.length === 0) sequel.remove.push(later.number);
    else put.push({ ...later, change: { ...later.change, patch: pick(later.change.patch, kept) } });
  }
  return { put, remove: sequel.remove };
}

/** The same change, where a task goes on under another id. */
export function renamed<Entry extends Draft>(entry: Entry, from: string, to: string): Entry {
  const renewed = (id: string) => (id === from ? to : id);
  const { change, before } = entry;
  return {
    ...entry,
    change: renamedChange(change, renewed),
    before: before && { ...before, id: renewed(before.id), parent_id: before.parent_id && renewed(before.parent_id) },
    ids: entry.ids.map(renewed),
    line: entry.line.map(renewed),
  };
}

function renamedChange(change: Change, renewed: (id: string) => string): Change {
  const moved = <Fields extends { parent_id?: string | null | undefined }>(fields: Fields): Fields =>
    fields.parent_id ? { ...fields, parent_id: renewed(fields.parent_id) } : fields;
  if (change.kind === "create") return { ...change, id: renewed(change.id), fields: moved(change.fields) };
  if (change.kind === "patch") return { ...change, id: renewed(change.id), patch: moved(change.patch) };
  return "id" in change ? { ...change, id: renewed(change.id) } : change;
}

/** The last change that the next one depends on. */
function precursor<Entry extends Draft>(entries: readonly Entry[], next: Draft): Entry | undefined {
  const held = new Held();
  held.add(next);
  return entries.findLast((entry) => entry.state !== "rejected" && held.concerns(entry));
}

function linesOf(tasks: Tasks, change: Change & { id: string }): string[] {
  const fields = change.kind === "create" ? change.fields : change.kind === "patch" ? change.patch : {};
  const goal = fields.parent_id;
  return [...new Set([...lineOf(tasks, change.id), ...(goal ? lineOf(tasks, goal) : [])])];
}

function laterOf(entry: Queued, entries: readonly Queued[]): Queued[] {
  return entries.filter((each) => each.number > entry.number && (each.state === "waiting" || each.state === "tried"));
}

function rebased(entry: Queued, entries: readonly Queued[], renew: (before: Task) => Task): Sequel {
  const id = about(entry)[0];
  const later = laterOf(entry, entries).filter((each) => "id" in each.change && each.change.id === id);
  return { put: later.map((each) => ({ ...each, before: each.before && renew(each.before) })), remove: [] };
}

function assigned(before: Task, from: Task, members: readonly Collidable[]): Task {
  return { ...before, ...Object.fromEntries(members.map((member) => [member, from[member]])) };
}
