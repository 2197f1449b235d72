/** What the tabs of this browser tell each other about the session. */

import type { Token } from "./tokens";

export type Message =
  /** A new token of the session that all tabs share. */
  { type: "refreshed"; token: Token } | { type: "signed_in"; userId: string } | { type: "signed_out"; over: Over };

/** Why nobody is signed in any more. */
export type Over =
  /** The session was left alone too long. */
  | "expired"
  /** It was ended from elsewhere, or by the service. */
  | "ended"
  /** The user signed out. */
  | "signed_out"
  /** The account was deleted. */
  | "deleted";

const channel = new BroadcastChannel("taskward-session");

/** Tells all other tabs. */
export function tell(message: Message): void {
  channel.postMessage(message);
}

/** Calls back with what another tab tells. */
export function listen(heard: (message: Message) => void): void {
  channel.addEventListener("message", (event: MessageEvent<Message>) => heard(event.data));
}
