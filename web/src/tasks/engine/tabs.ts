/** The tabs of one user in one browser: they tell each other what changed, and take turns with the service. */

/** What was written to the database: the others read it from there. */
export interface Told {
  ids: readonly string[];
  numbers: readonly number[];
}

export interface Tabs {
  tell(told: Told): void;
  /** Runs a job while no other tab runs its own; rejects with an AbortError when the tabs are closed before its turn. */
  alone(job: () => Promise<void>): Promise<void>;
  close(): void;
}

export function openTabs(userId: string, onTold: (told: Told) => void): Tabs {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`taskward-tasks-${userId}`);
  const closed = new AbortController();
  channel?.addEventListener("message", (event: MessageEvent<Told>) => onTold(event.data));
  return {
    tell: (told) => channel?.postMessage(told),
    alone: async (job) => {
      const locks = globalThis.navigator?.locks;
      if (!locks) return job();
      await locks.request(`taskward-outbox-${userId}`, { signal: closed.signal }, job);
    },
    close: () => {
      closed.abort();
      channel?.close();
    },
  };
}
