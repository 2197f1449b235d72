/** Reads what is new from the service, page by page, and writes it down. */

import { Refused } from "../../api/problems";
import type { Ledger } from "./ledger";
import type { Row } from "./replica";
import type { TaskService } from "./service";

const GONE = 410;

/** One reading of the feed, from where the last one ended up to now. */
interface Walk {
  since: string | null;
  /** Changes that the service had before it began: with its end all that they did is here. */
  settles: number[];
  /** When everything is read anew: ids of what was here and did not come again so far. */
  unseen: Set<string> | null;
}

export class Feed {
  readonly #ledger: Ledger;
  readonly #service: TaskService;
  #walk: Walk | null = null;
  #wanted = true;

  constructor(ledger: Ledger, service: TaskService) {
    this.#ledger = ledger;
    this.#service = service;
  }

  /** Whether there is, or may be, more to read. */
  get pending(): boolean {
    return this.#walk !== null || this.#wanted;
  }

  /** Whether something at the service is still being carried out. */
  get awaitsJobs(): boolean {
    return this.#ledger.replica.queue.some((entry) => entry.state === "sent" && entry.job !== null);
  }

  want(): void {
    this.#wanted = true;
  }

  /** Reads the next page. */
  async step(): Promise<void> {
    this.#walk ??= await this.#begin();
    const walk = this.#walk;
    try {
      const { tasks, next, more } = await this.#service.changes(walk.since);
      await this.#write(walk, tasks, next, more);
    } catch (error) {
      if (!(error instanceof Refused && error.status === GONE)) throw error;
      // What was deleted long ago is not told any more.
      walk.since = null;
      walk.unseen = new Set(this.#ledger.replica.ids);
    }
  }

  /** Reads up to what is there by now, all of it. */
  async catchUp(): Promise<void> {
    while (this.#walk) await this.step();
    do await this.step();
    while (this.#walk);
  }

  async #begin(): Promise<Walk> {
    const { replica, feed } = this.#ledger;
    this.#wanted = false;
    try {
      const settles: number[] = [];
      for (const entry of replica.queue) {
        if (entry.state === "sent" && (entry.job === null || (await this.#service.isOver(entry.job)))) {
          settles.push(entry.number);
        }
      }
      if (feed.since === null && replica.isEmpty) {
        const rows = await this.#service.first();
        await this.#ledger.write([], () => ({ rows }));
      }
      return { since: feed.since, settles, unseen: null };
    } catch (error) {
      this.#wanted = true;
      throw error;
    }
  }

  async #write(walk: Walk, tasks: readonly Row[], next: string, more: boolean): Promise<void> {
    const { feed } = this.#ledger;
    for (const row of tasks) walk.unseen?.delete(row.id);
    // When everything is read anew, half of it is worth nothing: a place in between is not kept.
    const kept = walk.unseen === null || !more;
    await this.#ledger.write([], () => ({
      rows: tasks,
      dropped: more ? [] : [...(walk.unseen ?? [])],
      removed: more ? [] : walk.settles,
      ...(kept && { feed: { since: next, complete: feed.complete || !more } }),
    }));
    walk.since = next;
    if (!more) this.#walk = null;
  }
}
