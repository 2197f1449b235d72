/** The replica, kept in the database and in step with the other tabs. */

import { type FeedState, Memory, NOTHING_READ, openDatabase, type Storage, type Writing } from "./database";
import { candidates, type Draft, placed, type Queued } from "./outbox";
import { Replica, type Row } from "./replica";
import { openTabs, type Tabs, type Told } from "./tabs";

/** As long as the service keeps what is in the trash, and tombstones. */
const TRASH_MILLISECONDS = 30 * 24 * 60 * 60 * 1000;

export class Ledger {
  readonly replica = new Replica();
  readonly tabs: Tabs;
  /** How far the feed was read. */
  feed: FeedState = NOTHING_READ;
  loaded = false;
  readonly #userId: string;
  readonly #onChange: () => void;
  #storage: Storage = new Memory();
  /** Whether the database is in use: without it each tab is on its own. */
  #kept = false;
  #closed = false;

  /** @param onTold called after another tab changed something. */
  constructor(userId: string, onChange: () => void, onTold: () => void) {
    this.#userId = userId;
    this.#onChange = onChange;
    this.tabs = openTabs(userId, async (told) => {
      await this.#follow(told);
      onTold();
    });
  }

  /** Whether what waits to be sent survives this tab. */
  get kept(): boolean {
    return this.#kept;
  }

  async load(now: number): Promise<void> {
    try {
      this.#storage = await openDatabase(this.#userId, () => this.#lose());
      // From before it is read: what another tab tells meanwhile is read after that.
      this.#kept = true;
      const { rows, queue, feed } = await this.#storage.load();
      this.feed = feed;
      const over = rows.filter((row) => isOver(row, now)).map((row) => row.id);
      this.replica.absorb({ rows, dropped: over, queued: queue });
      if (over.length > 0) await this.write([], () => ({ dropped: over }));
    } catch {
      this.#fallBack();
    }
    this.loaded = true;
    this.#onChange();
  }

  /**
   * Writes, then shows and tells the other tabs; see `Storage.write`. Rows that are no news are left out.
   *
   * @param written drafts that are written down by this.
   */
  async write(
    numbers: readonly number[],
    decide: (queued: ReadonlyMap<number, Queued>) => Writing,
    written: readonly Draft[] = [],
  ): Promise<void> {
    const { replica } = this;
    const decideNews = (queued: ReadonlyMap<number, Queued>) => {
      const wanted = decide(queued);
      return { ...wanted, rows: wanted.rows?.filter((row) => replica.isNews(row)) ?? [] };
    };
    const { writing, added } = await this.#storage.write(numbers, decideNews).catch(() => {
      this.#fallBack();
      return this.#storage.write(numbers, decideNews);
    });
    const { rows = [], dropped = [], put = [], removed = [] } = writing;
    const queued = [...put, ...added];
    replica.absorb({ rows, dropped, queued, removed }, written);
    if (writing.feed) this.feed = writing.feed;
    this.#tell({
      ids: [...rows.map((row) => row.id), ...dropped],
      numbers: [...queued.map((entry) => entry.number), ...removed],
    });
    if (!this.#closed) this.#onChange();
  }

  /** Writes changes down that were made here. */
  async queue(drafts: readonly Draft[]): Promise<void> {
    const { queue } = this.replica;
    await this.write(candidates(queue, drafts), (fresh) => placed(queue, drafts, fresh), drafts);
  }

  /** Reads what the other tabs queued and sent lately. */
  async refresh(): Promise<void> {
    const found = await this.#storage.queue().catch(() => null);
    if (!found) return;
    const numbers = new Set(found.map((entry) => entry.number));
    const removed = this.replica.queue.map((entry) => entry.number).filter((number) => !numbers.has(number));
    this.replica.absorb({ queued: found, removed });
  }

  close(): void {
    this.#closed = true;
    this.tabs.close();
    this.#storage.close();
  }

  #tell(told: Told): void {
    if (this.#kept && !this.#closed && told.ids.length + told.numbers.length > 0) this.tabs.tell(told);
  }

  async #follow({ ids, numbers }: Told): Promise<void> {
    if (!this.#kept || this.#closed) return;
    const found = await this.#storage.read(ids, numbers).catch(() => null);
    if (!found) return;
    const rows = new Set(found.rows.map((row) => row.id));
    const queued = new Set(found.queue.map((entry) => entry.number));
    this.feed = found.feed;
    this.replica.absorb({
      rows: found.rows,
      dropped: ids.filter((id) => !rows.has(id)),
      queued: found.queue,
      removed: numbers.filter((number) => !queued.has(number)),
    });
    this.#onChange();
  }

  /** The database is gone with the sign-out of another tab. */
  #lose(): void {
    if (!this.#kept) return;
    this.#kept = false;
    this.#storage = new Memory(this.replica.queue, this.feed);
  }

  /**
   * Goes on without the database. It stays as it is: what it has of the service's is taken up where it ends, and a
   * change that was sent meanwhile is known for that when it is sent again.
   */
  #fallBack(): void {
    const lost = this.#storage;
    if (lost instanceof Memory) return;
    this.#lose();
    lost.close();
  }
}

function isOver(row: Row, now: number): boolean {
  return row.deleted_at !== null && Date.parse(row.deleted_at) < now - TRASH_MILLISECONDS;
}
