/** Who is signed in, in this tab and all others of this browser. */

import { useSyncExternalStore } from "react";
import type { components } from "../api/schema";
import { forget, forgetOthers, oweSignOut, owesSignOut, remember, rememberedUser, type User } from "./remembered";
import { listen, type Over, tell } from "./tabs";
import { held, hold, tokenOf } from "./tokens";

export type { User } from "./remembered";

type SessionGrant = components["schemas"]["SessionGrant"];

const SIGN_IN = "/sign-in";
const SIGN_OUT_MILLISECONDS = 5_000;
/** Stands for this one where an address is looked at: which it is does not matter. */
const ANY_SITE = "https://taskward.invalid";
/** What the service says of a session that somebody ended, perhaps because this device is in other hands. */
const ENDED_ON_PURPOSE = ["session_revoked", "token_reused"];

let user: User | null = null;
/** The page is about to be left: why is settled. */
let isLeaving = false;
const listeners = new Set<() => void>();

/** Takes up the session that this browser has, and follows what other tabs do to it. */
export function start(): void {
  user = rememberedUser();
  listen((message) => {
    if (message.type === "refreshed") {
      if (message.token.userId === user?.id) hold(message.token);
    } else if (message.type === "signed_out") {
      if (user && !isLeaving) leave(message.over);
    } else followOtherTabs();
  });
  // A tab that slept, or that was left and is shown again as it was, has heard nothing.
  window.addEventListener("pageshow", followOtherTabs);
  document.addEventListener("visibilitychange", followOtherTabs);
  window.addEventListener("online", () => void payOwedSignOut());
  void payOwedSignOut();
}

/** Who is signed in; null when nobody is. */
export function signedInUser(): User | null {
  return user;
}

/** Who is signed in, for a component; null when nobody is. */
export function useUser(): User | null {
  return useSyncExternalStore(subscribe, signedInUser);
}

/** A session begins: by a sign-in or a registration. */
export async function begin(grant: SessionGrant): Promise<void> {
  oweSignOut(false);
  hold(tokenOf(grant));
  become(grant.user);
  tell({ type: "signed_in", userId: grant.user.id });
  // What somebody else left on this device is not for this user.
  await forgetOthers(grant.user);
}

/** The profile has changed, or was read anew. An answer that comes after a sign-out, or for somebody else, is late. */
export function updateUser(changed: User): void {
  if (rememberedUser()?.id === changed.id) become(changed);
}

/** The session is over by the service's word: to the sign-in page, and back here afterwards. */
export function ended(code: string): void {
  hold(null);
  // Other requests found it out, too.
  if (isLeaving) return;
  if (rememberedUser()?.id !== user?.id) {
    followOtherTabs();
    return;
  }
  isLeaving = true;
  // Left alone too long, and mostly without a cookie: it runs out along with the session. What waits here to be sent is
  // kept then, for when the same user comes back.
  const over = ENDED_ON_PURPOSE.includes(code) ? "ended" : "expired";
  tell({ type: "signed_out", over });
  void forget({ data: over === "ended" }).finally(() => leave(over));
}

/** Signs out in all tabs, and wipes what this device keeps of the user. */
export async function signOut(): Promise<void> {
  const token = held();
  oweSignOut(true);
  await Promise.all([wiped("signed_out"), payOwedSignOut(token?.value)]);
  goTo(SIGN_IN);
}

/** Everything of this user is gone from the service: nothing is left to sign out of. */
export async function accountDeleted(): Promise<void> {
  await wiped("deleted");
  goTo(`${SIGN_IN}?over=deleted`);
}

/** Where to go on after a sign-in; only ever within this site. */
export function destination(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  // Read as the browser will: with backslashes as slashes, without tabs, its dots worked out.
  const read = URL.canParse(next, ANY_SITE) ? new URL(next, ANY_SITE) : null;
  if (read?.origin !== ANY_SITE) return "/";
  return `/${read.pathname.replace(/^\/+/, "")}${read.search}${read.hash}`;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function become(now: User): void {
  user = now;
  remember(now);
  for (const listener of listeners) listener();
}

function followOtherTabs(): void {
  const now = rememberedUser();
  if (isLeaving || now?.id === user?.id) return;
  if (now) goTo(user ? "/" : destination(location.search));
  else leave("signed_out");
}

async function wiped(over: Over): Promise<void> {
  isLeaving = true;
  hold(null);
  tell({ type: "signed_out", over });
  await forget({ data: true });
}

function leave(over: Over): void {
  user = null;
  const query = new URLSearchParams({ over });
  // Who signed out does not come back: what they looked at, or looked for, is not for whoever signs in next.
  if (over === "expired" || over === "ended") query.set("next", location.pathname + location.search);
  goTo(`${SIGN_IN}?${query}`);
}

/** To a new page: nothing of what was in memory is left. It can take its time, so what is on the screen goes first. */
function goTo(address: string): void {
  isLeaving = true;
  document.documentElement.hidden = true;
  location.replace(address);
}

async function payOwedSignOut(token?: string): Promise<void> {
  if (!owesSignOut()) return;
  try {
    const headers: HeadersInit = token ? { Authorization: `Bearer ${token}` } : {};
    const signal = AbortSignal.timeout(SIGN_OUT_MILLISECONDS);
    const response = await fetch("/api/auth/logout", { method: "POST", headers, signal });
    if (response.ok) oweSignOut(false);
  } catch {
    // Without a network the cookie cannot be cleared. It is owed until there is one.
  }
}
