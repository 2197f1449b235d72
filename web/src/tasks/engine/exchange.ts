/** The exchange with the service: sends what waits, reads what is new, and knows when to try again. */

import { Refused, Unreachable } from "../../api/problems";
import type { Connection } from "../model";
import { sorted } from "./conflicts";
import type { Feed } from "./feed";
import type { Ledger } from "./ledger";
import type { Sender } from "./sender";

const FIRST_WAIT_MILLISECONDS = 1_000;
const LONGEST_WAIT_MILLISECONDS = 60_000;
const JOB_WAIT_MILLISECONDS = 3_000;
const INTERNAL_ERROR = 500;

/** What time it is, and chance, for tests to replace. */
export interface Clock {
  now(): number;
  random(): number;
  /** @returns how to call it off. */
  after(milliseconds: number, then: () => void): () => void;
}

export class Exchange {
  connection: Connection = { state: "connected" };
  readonly #ledger: Ledger;
  readonly #sender: Sender;
  readonly #feed: Feed;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #running: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  #callOff: (() => void) | null = null;
  #closed = false;

  constructor(ledger: Ledger, sender: Sender, feed: Feed, clock: Clock, onChange: () => void) {
    this.#ledger = ledger;
    this.#sender = sender;
    this.#feed = feed;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Sends what waits, unless there is a reason to wait. */
  nudge(): void {
    if (this.connection.state === "connected") void this.run();
  }

  /** Asks what is new as well; only a service that asked to wait is left alone until then. */
  wake(): void {
    this.#feed.want();
    if (this.connection.state !== "refused" || this.connection.retryAt <= this.#clock.now()) void this.run();
  }

  /** Whatever was before. */
  sync(): Promise<void> {
    this.#feed.want();
    return this.run();
  }

  /** Resolves when all that was to do is done, or has failed for now. */
  run(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#again = true;
    this.#running ??= this.#runs().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  close(): void {
    this.#closed = true;
    this.#callOff?.();
  }

  async #runs(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      this.#callOff?.();
      this.#callOff = null;
      try {
        await this.#ledger.tabs.alone(() => this.#exchange());
        this.#succeeded();
      } catch (error) {
        if (!this.#closed) this.#failed(error);
        return;
      }
    }
  }

  async #exchange(): Promise<void> {
    await this.#ledger.refresh();
    const passedOver = new Set<number>();
    let trouble: unknown = null;
    while (!this.#closed) {
      const { replica } = this.#ledger;
      const { next } = sorted(replica.queue, replica.confirmed, passedOver);
      if (next) {
        try {
          if (!(await this.#sender.send(next))) passedOver.add(next.number);
        } catch (error) {
          // The service fails at this one: the others need not wait for it.
          if (!(error instanceof Refused) || error.status !== INTERNAL_ERROR) throw error;
          passedOver.add(next.number);
          trouble = error;
        }
      } else if (this.#feed.pending) {
        await this.#feed.step();
      } else break;
    }
    if (trouble) throw trouble;
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#connect({ state: "connected" });
    if (this.#feed.awaitsJobs) {
      this.#retry(JOB_WAIT_MILLISECONDS);
    }
  }

  #failed(error: unknown): void {
    const isRefused = error instanceof Refused;
    if (!isRefused && !(error instanceof Unreachable)) throw error;
    const longest = Math.min(FIRST_WAIT_MILLISECONDS * 2 ** this.#failures, LONGEST_WAIT_MILLISECONDS);
    // Not all that were refused at once come back at once.
    const own = longest * (0.5 + this.#clock.random() / 2);
    const wait = Math.max(own, isRefused ? (error.retryAfter ?? 0) * 1000 : 0);
    this.#failures += 1;
    this.#connect(
      isRefused
        ? { state: "refused", reason: error.sentence, retryAt: this.#clock.now() + wait }
        : { state: "offline" },
    );
    this.#retry(wait);
  }

  #retry(wait: number): void {
    if (this.#closed) return;
    this.#callOff = this.#clock.after(wait, () => {
      this.#feed.want();
      void this.run();
    });
  }

  #connect(connection: Connection): void {
    if (connection.state === "connected" && this.connection.state === "connected") return;
    this.connection = connection;
    this.#onChange();
  }
}
