/** Signing in with a passkey: two requests to the service, and in between what the browser asks its user. */

import { publicApi } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import type { Grant } from "./entry";

type Step = components["schemas"]["PasskeyUse"];
type Signed = components["schemas"]["AuthenticationResponseJSON"];

/** What the browser offers is taken back so long before the service would find it too old. */
const MARGIN_MILLISECONDS = 20_000;

/** Whether the browser can do it. */
export function canUsePasskeys(): boolean {
  return "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/**
 * Asks for a passkey, and signs in with it.
 *
 * @throws {DOMException} the browser gave none, or its user did not want to.
 * @throws {Refused} the service did not accept it.
 */
export async function signInByPasskey(): Promise<Grant> {
  const step = await firstStep();
  return lastStep(step, await chosen(step));
}

/**
 * Has the browser offer its passkeys at the field for the address, and waits until one is chosen there.
 *
 * @returns how to sign in with it; null when none is going to be offered any more.
 */
export async function offeredPasskey(stopped: AbortSignal): Promise<(() => Promise<Grant>) | null> {
  try {
    if (!canUsePasskeys() || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return null;
    for (;;) {
      await shown(stopped);
      const step = await firstStep();
      const old = AbortSignal.timeout(step.options.timeout - MARGIN_MILLISECONDS);
      try {
        const signed = await chosen(step, { mediation: "conditional", signal: AbortSignal.any([stopped, old]) });
        return () => lastStep(step, signed);
      } catch (error) {
        // The user has not chosen yet, and the options are too old: here are others.
        if (stopped.aborted || !old.aborted) throw error;
      }
    }
  } catch {
    // Nobody asked for it: whoever wants to use a passkey has a button, which says what is the matter.
    return null;
  }
}

async function firstStep(): Promise<Step> {
  return (await unwrap(publicApi.POST("/auth/login/passkey/options"))).data;
}

async function chosen({ options }: Step, how: CredentialRequestOptions = {}): Promise<Signed> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey, ...how });
  return (credential as PublicKeyCredential).toJSON() as Signed;
}

async function lastStep({ step_token }: Step, credential: Signed): Promise<Grant> {
  const body = { step_token, credential, delivery: "cookie" as const };
  return (await unwrap(publicApi.POST("/auth/login/passkey", { body }))).data;
}

/** Waits until somebody can see the page. */
async function shown(stopped: AbortSignal): Promise<void> {
  while (document.visibilityState !== "visible") {
    await new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true, signal: stopped });
    });
  }
  stopped.throwIfAborted();
}
