/** What is kept on this device between visits: one database for each user. */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Draft, Queued } from "./outbox";
import type { Row } from "./replica";

/** How far the change feed was read. */
export interface FeedState {
  /** The token to go on with; null before the first page. */
  since: string | null;
  /** Whether everything was read at least once. */
  complete: boolean;
}

/** What is written at once: all of it, or nothing. */
export interface Writing {
  rows?: readonly Row[];
  dropped?: readonly string[];
  put?: readonly Queued[];
  add?: readonly Draft[];
  removed?: readonly number[];
  feed?: FeedState;
}

export interface Kept {
  rows: Row[];
  queue: Queued[];
  feed: FeedState;
}

export interface Storage {
  load(): Promise<Kept>;
  queue(): Promise<Queued[]>;
  /** What is there by now of these rows and queued changes; what is not there is left out. */
  read(ids: readonly string[], numbers: readonly number[]): Promise<Kept>;
  /**
   * Decides by the queued changes of these numbers, as they are now, what is to be written, and writes it before
   * anybody else can change them.
   *
   * @returns what was added, with its numbers, and what was put.
   */
  write(numbers: readonly number[], decide: (queued: ReadonlyMap<number, Queued>) => Writing): Promise<Written>;
  close(): void;
}

export interface Written {
  writing: Writing;
  added: Queued[];
}

export const NOTHING_READ: FeedState = { since: null, complete: false };

interface Schema extends DBSchema {
  tasks: { key: string; value: Row };
  outbox: { key: number; value: Queued };
  feed: { key: "state"; value: FeedState };
}

const STORES = ["tasks", "outbox", "feed"] as const;

/** @param onLost called when another tab deletes the database, at sign-out. */
export async function openDatabase(userId: string, onLost: () => void): Promise<Storage> {
  const database = await openDB<Schema>(nameOf(userId), 1, {
    upgrade(created) {
      created.createObjectStore("tasks", { keyPath: "id" });
      created.createObjectStore("outbox", { keyPath: "number", autoIncrement: true });
      created.createObjectStore("feed");
    },
    blocking(_current, _wanted, event) {
      (event.target as IDBDatabase).close();
      onLost();
    },
    terminated: onLost,
  });
  return new Database(database);
}

class Database implements Storage {
  readonly #database: IDBPDatabase<Schema>;

  constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  async load(): Promise<Kept> {
    const reading = this.#database.transaction(STORES);
    const [rows, queue, feed] = await Promise.all([
      reading.objectStore("tasks").getAll(),
      reading.objectStore("outbox").getAll(),
      reading.objectStore("feed").get("state"),
    ]);
    return { rows, queue, feed: feed ?? NOTHING_READ };
  }

  queue(): Promise<Queued[]> {
    return this.#database.getAll("outbox");
  }

  async read(ids: readonly string[], numbers: readonly number[]): Promise<Kept> {
    const reading = this.#database.transaction(STORES);
    const [rows, queue, feed] = await Promise.all([
      Promise.all(ids.map((id) => reading.objectStore("tasks").get(id))),
      Promise.all(numbers.map((number) => reading.objectStore("outbox").get(number))),
      reading.objectStore("feed").get("state"),
    ]);
    return { rows: rows.filter(isThere), queue: queue.filter(isThere), feed: feed ?? NOTHING_READ };
  }

  async write(numbers: readonly number[], decide: (queued: ReadonlyMap<number, Queued>) => Writing): Promise<Written> {
    const transaction = this.#database.transaction(STORES, "readwrite");
    const outbox = transaction.objectStore("outbox");
    const found = await Promise.all(numbers.map((number) => outbox.get(number)));
    const writing = decide(new Map(found.filter(isThere).map((entry) => [entry.number, entry])));
    const requests: Promise<unknown>[] = [];
    for (const row of writing.rows ?? []) requests.push(transaction.objectStore("tasks").put(row));
    for (const id of writing.dropped ?? []) requests.push(transaction.objectStore("tasks").delete(id));
    for (const entry of writing.put ?? []) requests.push(outbox.put(entry));
    for (const number of writing.removed ?? []) requests.push(outbox.delete(number));
    if (writing.feed) requests.push(transaction.objectStore("feed").put(writing.feed, "state"));
    // The database gives the number.
    const adding = (writing.add ?? []).map(async (draft) => ({
      ...draft,
      number: await outbox.add(draft as Queued),
    }));
    const [added] = await Promise.all([Promise.all(adding), Promise.all(requests), transaction.done]);
    return { writing, added };
  }

  close(): void {
    this.#database.close();
  }
}

/** Stands in where nothing can be kept: private windows, a full disk. */
export class Memory implements Storage {
  readonly #queue: Map<number, Queued>;
  #feed: FeedState;
  #last: number;

  constructor(queue: readonly Queued[] = [], feed: FeedState = NOTHING_READ) {
    this.#queue = new Map(queue.map((entry) => [entry.number, entry]));
    this.#feed = feed;
    this.#last = Math.max(0, ...this.#queue.keys());
  }

  async load(): Promise<Kept> {
    return { rows: [], queue: await this.queue(), feed: this.#feed };
  }

  async queue(): Promise<Queued[]> {
    return [...this.#queue.values()];
  }

  async read(): Promise<Kept> {
    return { rows: [], queue: await this.queue(), feed: this.#feed };
  }

  async write(_numbers: readonly number[], decide: (queued: ReadonlyMap<number, Queued>) => Writing): Promise<Written> {
    const writing = decide(this.#queue);
    for (const entry of writing.put ?? []) this.#queue.set(entry.number, entry);
    for (const number of writing.removed ?? []) this.#queue.delete(number);
    this.#feed = writing.feed ?? this.#feed;
    const added = (writing.add ?? []).map((draft) => ({ ...draft, number: ++this.#last }));
    for (const entry of added) this.#queue.set(entry.number, entry);
    return { writing, added };
  }

  close(): void {
    this.#queue.clear();
  }
}

function nameOf(userId: string): string {
  return `taskward-${userId}`;
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
