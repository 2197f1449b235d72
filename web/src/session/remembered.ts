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
  if (!data) return;
  const databases = await indexedDB.databases();
  await Promise.all(databases.map(({ name }) => (name?.startsWith(DATABASES) ? deleted(name) : undefined)));
}

/** Whether the service is still to be told of a sign-out that happened without a network. */
export function owesSignOut(): boolean {
  return localStorage.getItem(SIGN_OUT_OWED) !== null;
}

export function oweSignOut(owed: boolean): void {
  if (owed) localStorage.setItem(SIGN_OUT_OWED, "yes");
  else localStorage.removeItem(SIGN_OUT_OWED);
}

function deleted(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    // Blocked: another tab holds it open, which it lets go of as it leaves; then it is deleted.
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}
