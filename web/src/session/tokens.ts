/**
 * The access token: in memory only, made anew by the refresh cookie, which no script can read.
 *
 * However many requests wait for a token in however many tabs, one refresh runs: within a tab they share a promise,
 * and between tabs a lock; whoever has it tells the others what came of it. Should two refreshes meet all the same,
 * the service answers both (its grace interval).
 */

import { refusal, Unreachable } from "../api/problems";
import type { components } from "../api/schema";
import { tell } from "./tabs";

type Grant = components["schemas"]["RefreshedGrant"] | components["schemas"]["SessionGrant"];

/** An access token of one session. */
export interface Token {
  value: string;
  /** Whose it is: its subject. The cookie that made it may be of a sign-in in another tab. */
  userId: string;
  /** On the clock of `Date.now`, by which it is used no more. */
  usableUntil: number;
}

/** Why there is no token: the session is over. */
export class SessionOver extends Error {
  override readonly name = "SessionOver";
  /** The service's: whether it was left alone too long, or somebody ended it. */
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const LOCK = "taskward-refresh";
/** It is not used so shortly before its end: the way to the service takes time, and clocks differ. */
const MARGIN_SECONDS = 5;
const TIMEOUT_MILLISECONDS = 30_000;

let current: Token | null = null;
let refreshing: Promise<Token> | null = null;

/** The token that there is, good or not. */
export function held(): Token | null {
  return current;
}

/** Keeps the token of a sign-in or of another tab's refresh. */
export function hold(token: Token | null): void {
  current = token;
}

/** The token in a grant. */
export function tokenOf(grant: Grant): Token {
  // A token with a very short life is used for half of it.
  const seconds = Math.max(grant.expires_in - MARGIN_SECONDS, grant.expires_in / 2);
  const value = grant.access_token;
  return { value, userId: subject(value), usableUntil: Date.now() + seconds * 1000 };
}

/** The `sub` of a JWT (RFC 7519). Not verified: that is the service's part. */
function subject(jwt: string): string {
  const payload = (jwt.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  return (JSON.parse(atob(payload)) as { sub: string }).sub;
}

/**
 * A token that should be good, made anew if need be.
 *
 * @param refused a token that the service just refused: it is not given again.
 * @throws {SessionOver} there is no session any more.
 * @throws {Refused} the service cannot refresh now.
 * @throws {Unreachable} there was no answer.
 */
export async function usableToken(refused?: string): Promise<Token> {
  const good = usable(refused);
  if (good) return good;
  refreshing ??= refreshInTurn(refused).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function refreshInTurn(refused: string | undefined): Promise<Token> {
  // Meanwhile another tab may have told us its token.
  return navigator.locks.request(LOCK, async () => usable(refused) ?? (await refresh()));
}

function usable(refused: string | undefined): Token | null {
  return current && current.value !== refused && current.usableUntil > Date.now() ? current : null;
}

async function refresh(): Promise<Token> {
  let response: Response;
  try {
    response = await fetch("/api/auth/refresh", {
      method: "POST",
      // Without the header the cookie counts for nothing: no other site can send it.
      headers: { "Content-Type": "application/json", "X-Taskward-Client": "web" },
      body: "{}",
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
  } catch (error) {
    throw new Unreachable("no answer to a refresh", { cause: error });
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.status === 401) throw new SessionOver(refusal(response, body).code);
  if (!response.ok) throw refusal(response, body);
  const token = tokenOf(body as Grant);
  hold(token);
  tell({ type: "refreshed", token });
  return token;
}
