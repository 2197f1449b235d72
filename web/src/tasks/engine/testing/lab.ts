/** Stores on one model of the service, with a clock that stands still until it is moved. */

import "fake-indexeddb/auto";
import type { Change, Task, TaskFields, TaskStore } from "../../model";
import type { Clock } from "../exchange";
import { openStore } from "../store";
import { ModelServer } from "./server";

/** Web Locks, which Node has none of: one holder at a time, in the order of asking. */
const queues = new Map<string, Promise<unknown>>();
const locks = {
  request(name: string, _options: unknown, job: () => Promise<void>) {
    const turn = (queues.get(name) ?? Promise.resolve()).then(job);
    queues.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  },
};
Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });

export const FIELDS: TaskFields = {
  title: "Pay rent",
  description: null,
  priority: "none",
  due: null,
  due_timezone: null,
  tags: [],
  order: 1,
  repeat: null,
  repeat_from: "due",
  parent_id: null,
};

const TURNS = 50;

export class Lab implements Clock {
  readonly server = new ModelServer();
  readonly user = { id: crypto.randomUUID() };
  readonly #stores: TaskStore[] = [];
  #time = Date.parse("2036-03-01T08:00:00Z");
  #timers: { at: number; then: () => void }[] = [];

  now = () => this.#time;
  random = () => 0.5;
  after = (milliseconds: number, then: () => void) => {
    const timer = { at: this.#time + milliseconds, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  /** In how many milliseconds the next attempt is due. */
  get wait(): number | null {
    return this.#timers.length === 0 ? null : Math.min(...this.#timers.map(({ at }) => at)) - this.#time;
  }

  async pass(milliseconds: number): Promise<void> {
    this.#time += milliseconds;
    const due = this.#timers.filter(({ at }) => at <= this.#time);
    this.#timers = this.#timers.filter(({ at }) => at > this.#time);
    for (const { then } of due) then();
    await this.quiet();
  }

  /** Another tab, or the same one after a reload. */
  async open(): Promise<TaskStore> {
    const store = this.openAtOnce();
    await store.sync();
    return store;
  }

  openAtOnce(): TaskStore {
    const store = openStore(this.user, {
      service: this.server.service,
      clock: this,
      onWake: () => () => undefined,
      newId: () => crypto.randomUUID(),
    });
    this.#stores.push(store);
    return store;
  }

  /** Until nothing is under way any more in any tab. */
  async quiet(): Promise<void> {
    let before = -1;
    for (let calm = 0; calm < 3; calm++) {
      // Messages between tabs take time, all else takes turns: on a busy machine there are few of them in five milliseconds.
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (this.server.requests.length !== before) calm = 0;
      before = this.server.requests.length;
    }
  }

  async settled(store: TaskStore): Promise<void> {
    await store.sync();
    await this.quiet();
  }

  offline(): void {
    this.server.fault = () => "no answer";
  }

  online(): void {
    this.server.fault = () => null;
  }

  close(): void {
    for (const store of this.#stores) store.close();
  }
}

/** A change that makes a task, and its id. */
export function creation(fields: Partial<TaskFields> = {}): Change & { kind: "create" } {
  return { kind: "create", id: crypto.randomUUID(), fields: { ...FIELDS, ...fields } };
}

/** What is shown, without what only the service can know: addresses, versions and times. */
export function contents(tasks: ReadonlyMap<string, Task>): Record<string, unknown> {
  return Object.fromEntries(
    [...tasks.values()]
      .sort((one, other) => one.id.localeCompare(other.id))
      .map(({ url, version, created_at, updated_at, completed_at, deleted_at, ...task }) => [
        task.id,
        { ...task, trashed: deleted_at !== null },
      ]),
  );
}

/** What has to be there for a test to go on. */
export function there<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("it is not there");
  return value;
}
