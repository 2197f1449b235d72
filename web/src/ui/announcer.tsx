/** Tells screen readers what has happened, where nothing on the screen says it in words. */

import { observable } from "../observable";

const said = observable("");

/** Says it when what is being said now is over. */
export function announce(text: string): void {
  // The same words again count as new only when they differ.
  said.set(text === said.get() ? `${text}\u00a0` : text);
}

/** The live region; once in the page. */
export function Announcer() {
  const text = said.use();
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-announcer>
      {text}
    </div>
  );
}
