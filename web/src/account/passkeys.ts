/** Passkeys of this browser for this account: made, and used to say who it is. */

import { api } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { account } from "../strings/account";
import { Unfinished } from "../ui/forms";

type Schemas = components["schemas"];

/** Whether this browser can do it, and reads what the service says to it. */
export const passkeysSupported =
  typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential;

/**
 * Makes one, for the account to keep under a name.
 *
 * @throws {Unfinished} the browser made none.
 */
export async function makePasskey(name: string): Promise<Schemas["Passkey"]> {
  const { data } = await unwrap(api.POST("/account/passkeys/options"));
  const options = data.options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await finished(navigator.credentials.create({ publicKey }));
  const credential = made.toJSON() as Schemas["RegistrationResponseJSON"];
  return (await unwrap(api.POST("/account/passkeys", { body: { step_token: data.step_token, credential, name } })))
    .data;
}

/**
 * Says who it is.
 *
 * @throws {Unfinished} the browser used none.
 */
export async function proveByPasskey(): Promise<void> {
  const { data } = await unwrap(api.POST("/auth/reauthenticate/options"));
  const options = data.options as unknown as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const used = await finished(navigator.credentials.get({ publicKey }));
  const credential = used.toJSON() as Schemas["AuthenticationResponseJSON"];
  await unwrap(api.POST("/auth/reauthenticate", { body: { step_token: data.step_token, credential } }));
}

async function finished(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await asked;
    if (credential instanceof PublicKeyCredential) return credential;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === "InvalidStateError") throw new Unfinished(account.passkeyProblems.exists);
    if (error.name !== "NotAllowedError" && error.name !== "AbortError") {
      throw new Unfinished(account.passkeyProblems.unsupported);
    }
  }
  throw new Unfinished(account.passkeyProblems.cancelled);
}
