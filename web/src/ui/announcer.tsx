/** Tells screen readers what has happened, where nothing on the screen says it in words. */

import { useSyncExternalStore } from "react";

let said = "";
const listeners = new Set<() => void>();

/** Says it when what is being said now is over. */
export function announce(text: string): void {
  // The same words again count as new only when they differ.
  said = text === said ? `${text}\u00a0` : text;
  for (const listener of listeners) listener();
}

/** The live region; once in the page. */
export function Announcer() {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-announcer>
      {text}
    </div>
  );
}
