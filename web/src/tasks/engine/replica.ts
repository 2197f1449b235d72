/** What this device knows: the tasks as the service has them, the changes that wait, and both together as shown. */

import type { Task, Tombstone } from "../model";
import { apply, applySent } from "./apply";
import { Layered } from "./layered";
import type { Draft, Queued } from "./outbox";
import { Forest, type Tasks } from "./trees";

/** A task as the service has it, or what is left of one that was deleted for good. */
export type Row = Task | Tombstone;

/** What is new on this device. */
export interface News {
  rows?: readonly Row[];
  /** Ids of rows that are there no more. */
  dropped?: readonly string[];
  queued?: readonly Queued[];
  /** Numbers of changes that wait no more. */
  removed?: readonly number[];
}

/** Up to so many differences, moments share what they have in common; beyond that all is copied once. */
const LEAST_SHARED = 1_000;

export class Replica {
  readonly #rows = new Map<string, Row>();
  readonly #shown = new Forest();
  #queue: Queued[] = [];
  #unwritten: Draft[] = [];
  /** Ids of what looks otherwise than the service has it. */
  #overlaid = new Set<string>();
  #pending = new Set<string>();
  /** What was shown at some time, and what is otherwise since then. */
  #base: ReadonlyMap<string, Task> = new Map();
  #since = new Map<string, Task | undefined>();
  #tasks: ReadonlyMap<string, Task> | null = null;

  /** As the person sees them; never changed afterwards. */
  get tasks(): ReadonlyMap<string, Task> {
    this.#tasks ??= this.#moment();
    return this.#tasks;
  }

  get shown(): Tasks {
    return this.#shown;
  }

  /** Ids of tasks with changes that the service does not have yet. */
  get pending(): ReadonlySet<string> {
    return this.#pending;
  }

  /** The changes that are written down, in their order. */
  get queue(): readonly Queued[] {
    return this.#queue;
  }

  /** How many changes wait to be sent. */
  get waiting(): number {
    return this.#queue.filter(waits).length + this.#unwritten.length;
  }

  /** Of all that the service is known to have, or to have had. */
  get ids(): Iterable<string> {
    return this.#rows.keys();
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  /** A task as the service has it. */
  readonly confirmed = (id: string): Task | undefined => {
    const row = this.#rows.get(id);
    return row && !isTombstone(row) ? row : undefined;
  };

  isNews(row: Row): boolean {
    return row.version > (this.#rows.get(row.id)?.version ?? 0);
  }

  /** Makes a change here, before it is written down. */
  make(draft: Draft): void {
    this.#unwritten.push(draft);
    const before = new Map<string, Task | undefined>();
    this.#apply(draft, before);
    this.#compare(before);
  }

  /** @param written drafts that were written down, or need not be any more. */
  absorb({ rows = [], dropped = [], queued = [], removed = [] }: News, written: readonly Draft[] = []): void {
    const before = new Map<string, Task | undefined>();
    for (const row of rows) if (this.isNews(row)) this.#keep(row.id, row, before);
    for (const id of dropped) if (this.#rows.has(id)) this.#keep(id, undefined, before);
    if (queued.length > 0 || removed.length > 0 || written.length > 0) {
      const byNumber = new Map(this.#queue.map((entry) => [entry.number, entry]));
      for (const entry of queued) byNumber.set(entry.number, entry);
      for (const number of removed) byNumber.delete(number);
      this.#queue = [...byNumber.values()].sort((one, other) => one.number - other.number);
      this.#unwritten = this.#unwritten.filter((draft) => !written.includes(draft));
    } else if (!this.#concernsQueue(before)) {
      this.#compare(before);
      return;
    }
    this.#replay(before);
  }

  #moment(): ReadonlyMap<string, Task> {
    if (this.#since.size > Math.max(LEAST_SHARED, this.#base.size / 8)) {
      this.#base = new Map(this.#shown.byId);
      this.#since = new Map();
    }
    return new Layered(this.#base, new Map(this.#since));
  }

  #keep(id: string, row: Row | undefined, before: Map<string, Task | undefined>): void {
    if (row) this.#rows.set(id, row);
    else this.#rows.delete(id);
    this.#put(id, this.confirmed(id), before);
  }

  /** Whether the queued changes may come to something else now: they look at what is below their tasks, too. */
  #concernsQueue(changed: ReadonlyMap<string, unknown>): boolean {
    return this.#queue.length + this.#unwritten.length > 0 && changed.size > 0;
  }

  #replay(before: Map<string, Task | undefined>): void {
    for (const id of this.#overlaid) this.#put(id, this.confirmed(id), before);
    this.#overlaid = new Set();
    this.#pending = new Set();
    for (const entry of this.#queue) if (entry.state !== "rejected") this.#apply(entry, before);
    for (const draft of this.#unwritten) this.#apply(draft, before);
    this.#compare(before);
  }

  #apply(draft: Draft, before: Map<string, Task | undefined>): void {
    const shown = this.#shown;
    const make = draft.state === "sent" ? applySent : apply;
    make(
      {
        get: (id) => shown.get(id),
        values: () => shown.values(),
        children: (id) => shown.children(id),
        set: (id, task) => {
          this.#put(id, task, before);
          this.#overlaid.add(id);
          if (draft.state !== "sent") this.#pending.add(id);
        },
      },
      draft,
    );
  }

  #put(id: string, task: Task | undefined, before: Map<string, Task | undefined>): void {
    if (!before.has(id)) before.set(id, this.#shown.get(id));
    this.#shown.set(id, task);
  }

  /** What came out the same again stays the same object: nobody has to look at it anew. */
  #compare(before: ReadonlyMap<string, Task | undefined>): void {
    for (const [id, former] of before) {
      const task = this.#shown.get(id);
      if (former !== undefined && task !== undefined && former !== task && isEqual(former, task)) {
        this.#shown.set(id, former);
      } else if (former !== task) {
        this.#since.set(id, task);
        this.#tasks = null;
      }
    }
  }
}

export function isTombstone(row: Row): row is Tombstone {
  return "purged" in row;
}

export function waits(entry: Draft): boolean {
  return entry.state === "waiting" || entry.state === "tried";
}

function isEqual(one: Task, other: Task): boolean {
  const names = Object.keys(one) as (keyof Task)[];
  return names.every((name) => one[name] === other[name] || JSON.stringify(one[name]) === JSON.stringify(other[name]));
}
