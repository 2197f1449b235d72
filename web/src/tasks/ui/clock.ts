/** What time it is, to the minute, and in which zone: what due dates are seen from. */

import { useSyncExternalStore } from "react";

export interface Clock {
  readonly now: Date;
  readonly zone: string;
}

const MINUTE_MS = 60_000;

let clock = read();
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** A new one at each minute, and when the page is come back to. */
export function useClock(): Clock {
  return useSyncExternalStore(subscribe, () => clock);
}

/** The clock at this moment, for what is done once. */
export function clockNow(): Clock {
  return read();
}

function read(): Clock {
  return { now: new Date(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
}

function tick(): void {
  clock = read();
  for (const listener of listeners) listener();
  clearTimeout(timer);
  timer = setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS));
}

function onVisible(): void {
  if (document.visibilityState === "visible") tick();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    timer = setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS));
    document.addEventListener("visibilitychange", onVisible);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisible);
  };
}
