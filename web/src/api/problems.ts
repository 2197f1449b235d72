/** Why a request was not carried out: refused by the service, or never answered. */

import { common } from "../strings/common";
import type { components } from "./schema";

type Problem = components["schemas"]["Problem"];
export type ProblemCode = Problem["code"];
export type FieldError = components["schemas"]["FieldError"];

/** The service refused: a problem document (RFC 9457), or what little is known when something else answered. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly code: ProblemCode;
  /** What kind of problem it is, for a person. */
  readonly title: string;
  /** What to do about it, for a person. */
  readonly detail: string;
  /** The members of the request at fault. */
  readonly errors: readonly FieldError[];
  /** Seconds to wait before the next attempt; null when the service named none. */
  readonly retryAfter: number | null;
  /** Which operation of a batch was refused; null outside a batch. */
  readonly index: number | null;

  constructor(status: number, problem: Partial<Problem> & { index?: number }, retryAfter: number | null) {
    super(problem.title ?? common.notUnderstood(status));
    this.status = status;
    this.code = problem.code ?? (status >= 500 ? "unavailable" : "refused");
    this.title = this.message;
    this.detail = problem.detail ?? "";
    this.errors = problem.errors ?? [];
    this.retryAfter = retryAfter;
    this.index = problem.index ?? null;
  }

  /** The reason in a sentence or two: what is wrong with the members named, or else with the whole, and what to do. */
  get sentence(): string {
    if (this.errors.length > 0) return this.errors.map((error) => error.message).join(" ");
    return this.detail ? `${this.title}. ${this.detail}` : this.title;
  }

  /** Whether the same request may well succeed later. */
  get passing(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** There was no answer: no network, or a time-out. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * What the service answered.
 *
 * @throws {Refused} it refused.
 * @throws {Unreachable} there was no answer.
 */
export async function unwrap<Data>(request: Promise<Answer<Data>>): Promise<{ data: Data; response: Response }> {
  const { data, error, response } = await answered(request);
  if (!response.ok) throw refusal(response, error);
  return { data: data as Data, response };
}

/** The refusal that an answer is, from its status, its body once read, and its headers. */
export function refusal(response: Response, body: unknown): Refused {
  const problem = typeof body === "object" && body !== null ? (body as Partial<Problem>) : {};
  const wait = response.headers.get("Retry-After");
  return new Refused(response.status, problem, wait !== null && /^\d+$/.test(wait) ? Number(wait) : null);
}

async function answered<Data>(request: Promise<Answer<Data>>): Promise<Answer<Data>> {
  try {
    return await request;
  } catch (error) {
    // A fetch that fails for lack of a network is a TypeError, an answer that is cut off a SyntaxError.
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException) {
      throw new Unreachable(error.message, { cause: error });
    }
    throw error;
  }
}
