/** A person's tasks on this device: changes are shown at once, written down, and sent; see the model. */

import type { Change, Rejection, Snapshot, TaskStore } from "../model";
import { takesEffect } from "./apply";
import { sorted } from "./conflicts";
import { type Clock, Exchange } from "./exchange";
import { Feed } from "./feed";
import { Ledger } from "./ledger";
import { moments } from "./moments";
import { type Draft, drafted, type Queued } from "./outbox";
import { waits } from "./replica";
import { insisting, yielding } from "./resolution";
import { Sender } from "./sender";
import type { TaskService } from "./service";
import { UndoStack } from "./undo";

/** What the store lives in: the browser, or a test. */
export interface Surroundings {
  service: TaskService;
  clock: Clock;
  /** Calls back whenever it is worth a look at the service; returns how to stop that. */
  onWake(wake: () => void): () => void;
  newId(): string;
}

export function openStore(user: { id: string }, { service, clock, onWake, newId }: Surroundings): TaskStore {
  const listeners = new Set<() => void>();
  const moment = moments(clock.now);
  const undoStack = new UndoStack();
  let current: Snapshot | null = null;
  let closed = false;

  const changed = () => {
    if (closed) return;
    current = null;
    for (const listener of listeners) listener();
  };
  const ledger = new Ledger(user.id, changed, () => exchange.nudge());
  const { replica } = ledger;
  const feed = new Feed(ledger, service);
  const exchange = new Exchange(ledger, new Sender(ledger, service, feed), feed, clock, changed);

  // One after the other, so that their order is the one in which they were made.
  let writing: Promise<void> = ledger.load(clock.now());
  const write = (job: () => Promise<void>) => {
    writing = writing.then(job);
    void writing.then(() => exchange.nudge());
  };
  void writing.then(() => exchange.wake());
  const stopWaking = onWake(() => exchange.wake());

  function make(changes: Iterable<Change>): Draft[] {
    const made: Draft[] = [];
    for (const change of changes) {
      if (!takesEffect(replica.shown, change)) continue;
      const draft = drafted(change, moment(), replica.shown);
      replica.make(draft);
      made.push(draft);
    }
    if (made.length > 0) write(() => ledger.queue(made));
    return made;
  }

  function end(number: number, decide: (entry: Queued, later: Queued[]) => ReturnType<typeof yielding>): void {
    write(async () => {
      const numbers = replica.queue.map((entry) => entry.number).filter((each) => each >= number);
      await ledger.write(numbers, (queued) => {
        const entry = queued.get(number);
        const later = [...queued.values()].filter((each) => each !== entry && waits(each));
        return entry ? decide(entry, later) : {};
      });
    });
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot() {
      current ??= {
        tasks: replica.tasks,
        loaded: ledger.loaded,
        kept: ledger.kept,
        complete: ledger.feed.complete,
        pending: replica.pending,
        queued: replica.waiting,
        connection: exchange.connection,
        conflicts: sorted(replica.queue, replica.confirmed).conflicts,
        rejections: replica.queue.flatMap(rejection),
        undoable: undoStack.next(replica.shown),
      };
      return current;
    },
    dispatch(...changes) {
      const made = make(changes);
      undoStack.push(made, replica.shown);
      if (made.length > 0) changed();
    },
    undo() {
      const undone = undoStack.next(replica.shown);
      make(undoStack.take(replica.shown));
      if (undone) changed();
      return undone;
    },
    resolve(number, keep) {
      end(number, (entry, later) => {
        if (!waits(entry)) return {};
        const theirs = "id" in entry.change ? replica.confirmed(entry.change.id) : undefined;
        return keep === "theirs" ? yielding(entry, theirs, later) : insisting(entry, theirs, later, newId());
      });
    },
    dismiss(number) {
      end(number, (entry) => (entry.state === "rejected" ? { removed: [number] } : {}));
    },
    async sync() {
      await writing;
      await exchange.sync();
    },
    close() {
      closed = true;
      listeners.clear();
      stopWaking();
      exchange.close();
      void writing.finally(() => ledger.close());
    },
  };
}

function rejection({ number, change, rejection }: Queued): Rejection[] {
  return rejection ? [{ number, change, ...rejection }] : [];
}
