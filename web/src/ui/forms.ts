/** How the service's answer to a form is shown: at the fields that it names, and in one sentence for the rest. */

import { useState } from "react";
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { type ProblemCode, Refused, Unreachable } from "../api/problems";
import { common } from "../strings/common";
import { useSecondsUntil } from "./waiting";

/** The user thought better of it: nothing was done, and nothing is to be shown. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** Something on this device did not come to its end; the message is a sentence for the user. */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
}

type Failure = Refused | Unreachable | Unfinished;

export interface Submission {
  /** The reason of a refusal that concerns no field, or of no answer; null when there is none. */
  problem: string | null;
  /** The refusal that it is, for whoever knows more about its code. */
  refused: Refused | null;
  /** Seconds until the service listens again; 0 when it does. */
  wait: number;
  /** Does it, and takes note of what is refused. */
  run: (action: () => Promise<void>) => Promise<void>;
}

/**
 * @param setError of the form.
 * @param fields the names that the service may give to the form's fields, by their names in the form.
 * @param codes refusals that are about one field as a whole, such as `wrong_password`.
 */
export function useSubmission<Values extends FieldValues>(
  setError: UseFormSetError<Values>,
  fields: readonly Path<Values>[],
  codes: Partial<Record<ProblemCode, Path<Values>>> = {},
): Submission {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [until, setUntil] = useState<number | null>(null);
  const wait = useSecondsUntil(until);

  async function run(action: () => Promise<void>): Promise<void> {
    setFailure(null);
    try {
      await action();
    } catch (error) {
      if (error instanceof Cancelled) return;
      if (!(error instanceof Refused || error instanceof Unreachable || error instanceof Unfinished)) throw error;
      setFailure(error);
      if (!(error instanceof Refused)) return;
      if (error.retryAfter !== null) setUntil(Date.now() + error.retryAfter * 1000);
      const field = codes[error.code];
      if (field) setError(field, { type: error.code, message: error.sentence }, { shouldFocus: true });
      for (const { field, message } of error.errors) {
        if (isOf(fields, field)) setError(field, { message }, { shouldFocus: true });
      }
    }
  }

  const atField = failure instanceof Refused && codes[failure.code] !== undefined;
  return {
    problem: atField ? null : sentence(failure, fields),
    refused: failure instanceof Refused ? failure : null,
    wait,
    run,
  };
}

function sentence(failure: Failure | null, fields: readonly string[]): string | null {
  if (failure === null) return null;
  if (failure instanceof Unreachable) return common.unreachable;
  if (failure instanceof Unfinished) return failure.message;
  const elsewhere = failure.errors.filter(({ field }) => !fields.includes(field));
  if (failure.errors.length > 0) return elsewhere.map(({ message }) => message).join(" ") || null;
  return failure.sentence;
}

function isOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}
