/**
 * What this device remembers of who is signed in: the profile, so that a reload shows their own right away and offline
 * too. It is no proof of anything: that is the refresh cookie.
 */

import type { components } from "../api/schema";

export type User = components["schemas"]["User"];

const USER = "taskward.user";
const SIGN_OUT_OWED = "taskward.sign_out_owed";
const DATABASES = "taskward-";

/** Who is signed in on this device; null when nobody is. */
export function rememberedUser(): User | null {
  try {
    return JSON.parse(localStorage.getItem(USER) ?? "null") as User | null;
  } catch {
    return null;
  }
}

export function remember(user: User): void {
  localStorage.setItem(USER, JSON.stringify(user));
}

/** Forgets who was signed in, and with `data` what the device kept of theirs: every database of ours. */
export async function forget({ data }: { data: boolean }): Promise<void> {
  localStorage.removeItem(USER);
  if (data) await wipe(() => true);
}

/** Wipes what the device kept of everybody else. */
export function forgetOthers(user: User): Promise<void> {
  return wipe((name) => name !== DATABASES + user.id);
}

/** Whether the service is still to be told of a sign-out that happened without a network. */
export function owesSignOut(): boolean {
  return localStorage.getItem(SIGN_OUT_OWED) !== null;
}

export function oweSignOut(owed: boolean): void {
  if (owed) localStorage.setItem(SIGN_OUT_OWED, "yes");
  else localStorage.removeItem(SIGN_OUT_OWED);
}

async function wipe(isWanted: (name: string) => boolean): Promise<void> {
  // A browser that does not tell its databases, as in private windows, keeps none.
  const databases = await indexedDB.databases().catch(() => []);
  const names = databases.map(({ name = "" }) => name).filter((name) => name.startsWith(DATABASES) && isWanted(name));
  await Promise.all(names.map(deleted));
}

function deleted(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    // Blocked: another tab holds it open, which it lets go of as it leaves; then it is deleted.
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}
