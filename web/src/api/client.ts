/** The API, typed by the OpenAPI document: what is not in the document does not compile. */

import createClient from "openapi-fetch";
import { ended, signedInUser } from "../session/session";
import { SessionOver, type Token, usableToken } from "../session/tokens";
import type { paths } from "./schema";

/** Longer than API Gateway ever takes (29 s). */
const TIMEOUT_MILLISECONDS = 35_000;

/** For what anybody may ask: signing in, and what links in mails lead to. */
export const publicApi = createClient<paths>({
  baseUrl: "/api",
  headers: { "X-Taskward-Client": "web" },
  fetch: (request) => fetch(timed(request)),
});

/** For who is signed in: sends the access token along, and lets a request go on after a refresh. */
export const api = createClient<paths>({ baseUrl: "/api", fetch: authorized });

async function authorized(request: Request): Promise<Response> {
  try {
    const token = await tokenOfUser();
    // A request's body can be read once: what may be sent again is kept.
    const again = request.clone();
    const response = await fetch(withToken(request, token.value));
    if (response.status !== 401) return response;
    const renewed = await tokenOfUser(token.value);
    return await fetch(withToken(again, renewed.value));
  } catch (error) {
    if (!(error instanceof SessionOver)) throw error;
    ended(error.code);
    // The page is about to leave: nobody is told anything any more.
    return new Promise<never>(() => {});
  }
}

async function tokenOfUser(refused?: string): Promise<Token> {
  const token = await usableToken(refused);
  // The cookie may be of somebody else who has just signed in in another tab: nothing of this user goes out as theirs.
  if (token.userId !== signedInUser()?.id) throw new SessionOver("session_revoked");
  return token;
}

function withToken(request: Request, token: string): Request {
  const authorized = new Request(timed(request));
  authorized.headers.set("Authorization", `Bearer ${token}`);
  return authorized;
}

function timed(request: Request): Request {
  return new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]) });
}
