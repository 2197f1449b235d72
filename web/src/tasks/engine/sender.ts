/** Sends one change, so that it is carried out once, and never over what somebody else did meanwhile. */

import { Refused } from "../../api/problems";
import type { Task } from "../model";
import { judge } from "./conflicts";
import type { Writing } from "./database";
import type { Feed } from "./feed";
import type { Ledger } from "./ledger";
import { about, afterDropping, afterSending, dependents, type Queued } from "./outbox";
import { waits } from "./replica";
import type { TaskService } from "./service";

const ATTEMPTS = 5;
const NOT_FOUND = 404;
const PRECONDITION_FAILED = 412;
/** Refusals that say nothing about the change: not now, or not this session. */
const LATER: readonly number[] = [401, 408, 425, 429];

/** What came of a request. */
interface Outcome {
  /** The task as it is now; null where the service does not say. */
  task: Task | null;
  job: string | null;
}

export class Sender {
  readonly #ledger: Ledger;
  readonly #service: TaskService;
  readonly #feed: Feed;

  constructor(ledger: Ledger, service: TaskService, feed: Feed) {
    this.#ledger = ledger;
    this.#service = service;
    this.#feed = feed;
  }

  /**
   * Brings a change on: it is through, or rejected, or in conflict by then.
   *
   * @returns false when others kept being quicker.
   * @throws {Refused} by the service as such, not for this change.
   * @throws {Unreachable} nobody knows whether it was carried out.
   */
  async send({ number }: Queued): Promise<boolean> {
    const entry = await this.#claim(number);
    if (!entry) return true;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const verdict = judge(entry, this.#ledger.replica.confirmed);
      if (verdict.kind === "conflict") return true;
      try {
        if (verdict.kind === "revive") await this.#revive(entry);
        else {
          const from = this.#known(entry);
          const outcome = verdict.kind === "send" ? await this.#request(entry, from) : { task: null, job: null };
          await this.#finish(entry, from, outcome);
          return true;
        }
      } catch (error) {
        if (!(error instanceof Refused) || saysNothing(error)) throw error;
        const overtaken = error.status === PRECONDITION_FAILED || error.status === NOT_FOUND;
        if (!overtaken || !("id" in entry.change)) {
          await this.#reject(entry, error);
          return true;
        }
        await this.#look(entry.change.id);
        if (entry.change.kind === "create") {
          // There is, or was, a task of this id. It is of our own making: the answer was lost.
          await this.#finish(entry, undefined, { task: null, job: null });
          return true;
        }
      }
    }
    return false;
  }

  /** Notes the attempt before it is made: from now on nobody adds to this change. */
  async #claim(number: number): Promise<Queued | null> {
    let claimed: Queued | null = null;
    await this.#ledger.write([number], (queued) => {
      const entry = queued.get(number);
      claimed = entry && waits(entry) ? { ...entry, state: "tried" } : null;
      return claimed && entry?.state === "waiting" ? { put: [claimed] } : {};
    });
    // Another tab was quicker, and word of it is still on its way.
    if (!claimed) await this.#ledger.refresh();
    return claimed;
  }

  async #request({ change }: Queued, task: Task | undefined): Promise<Outcome> {
    const service = this.#service;
    const version = task?.version ?? 0;
    switch (change.kind) {
      case "create":
        return { task: await service.create(change.id, change.fields), job: null };
      case "patch":
        return { task: await service.patch(change.id, change.patch, version), job: null };
      case "complete":
        return { task: await service.complete(change.id, change.completed, version), job: null };
      case "restore":
        return { task: await service.restore(change.id, version), job: null };
      case "delete":
      case "purge":
        await service.delete(change.id, version, change.kind === "purge");
        return { task: null, job: null };
      case "delete_completed":
        return { task: null, job: await service.deleteCompleted() };
      case "empty_trash":
        return { task: null, job: await service.emptyTrash() };
    }
  }

  async #revive(entry: Queued): Promise<void> {
    const task = this.#known(entry);
    if (!task) return;
    const rows = [await this.#service.restore(task.id, task.version)];
    this.#feed.want();
    await this.#ledger.write([], () => ({ rows }));
  }

  async #finish(entry: Queued, from: Task | undefined, { task, job }: Outcome): Promise<void> {
    const { kind } = entry.change;
    const isAlone = kind === "create" || kind === "patch";
    if (!isAlone) this.#feed.want();
    const to = task ?? this.#known(entry);
    await this.#ledger.write(this.#later(entry), (queued): Writing => {
      const sequel = to ? afterSending(entry, from, to, [...queued.values()]) : { put: [], remove: [] };
      return {
        rows: task ? [task] : [],
        // What it did to other tasks, the next reading of the feed tells.
        put: isAlone ? sequel.put : [...sequel.put, { ...entry, state: "sent", job }],
        removed: isAlone ? [entry.number] : [],
      };
    });
  }

  async #reject(entry: Queued, { sentence }: Refused): Promise<void> {
    const rejected = (each: Queued): Queued => ({
      ...each,
      state: "rejected",
      rejection: { reason: sentence, title: titleOf(each) },
    });
    this.#feed.want();
    await this.#ledger.write(this.#later(entry), (queued) => {
      const later = [...queued.values()];
      if (entry.change.kind === "create") return { put: [entry, ...dependents(entry, later)].map(rejected) };
      return { put: [...afterDropping(entry, later).put, rejected(entry)] };
    });
  }

  /** Finds out what became of a task that is not as it was, or not where it was. */
  async #look(id: string): Promise<void> {
    const { replica } = this.#ledger;
    const known = replica.confirmed(id);
    const task = await this.#service.get(id);
    if (task) {
      await this.#ledger.write([], () => ({ rows: [task] }));
      return;
    }
    // In the trash, or gone: the feed tells, unless that is longer ago than it goes back.
    await this.#feed.catchUp();
    if (!known || replica.confirmed(id) !== known) return;
    const { version, updated_at } = known;
    const tombstone = { id, purged: true, version: version + 1, updated_at, deleted_at: updated_at } as const;
    await this.#ledger.write([], () => ({ rows: [tombstone] }));
  }

  #known(entry: Queued): Task | undefined {
    const id = "id" in entry.change ? entry.change.id : undefined;
    return id === undefined ? undefined : this.#ledger.replica.confirmed(id);
  }

  #later(entry: Queued): number[] {
    const ids = about(entry);
    return this.#ledger.replica.queue
      .filter((each) => each.number > entry.number && each.line.some((id) => ids.includes(id)))
      .map((each) => each.number);
  }
}

/** Whether a refusal is no word of the service's about the change: not now, not this session, or by somebody between. */
function saysNothing({ status, code }: Refused): boolean {
  return LATER.includes(status) || status >= 500 || code === "refused";
}

function titleOf({ change, before }: Queued): string | null {
  return change.kind === "create" ? change.fields.title : (before?.title ?? null);
}
