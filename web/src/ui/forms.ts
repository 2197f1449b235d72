/** How the service's answer to a form is shown: at the fields that it names, and in one sentence for the rest. */

import { useState } from "react";
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import { Refused, Unreachable } from "../api/problems";
import { common } from "../strings/common";
import { useSecondsUntil } from "./waiting";

interface Submission {
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
 */
export function useSubmission<Values extends FieldValues>(
  setError: UseFormSetError<Values>,
  fields: readonly Path<Values>[],
): Submission {
  const [failure, setFailure] = useState<Refused | Unreachable | null>(null);
  const [until, setUntil] = useState<number | null>(null);
  const wait = useSecondsUntil(until);

  async function run(action: () => Promise<void>): Promise<void> {
    setFailure(null);
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      setFailure(error);
      if (error instanceof Unreachable) return;
      if (error.retryAfter !== null) setUntil(Date.now() + error.retryAfter * 1000);
      for (const { field, message } of error.errors) {
        if (isOf(fields, field)) setError(field, { message }, { shouldFocus: true });
      }
    }
  }

  return { problem: sentence(failure, fields), refused: failure instanceof Refused ? failure : null, wait, run };
}

function sentence(failure: Refused | Unreachable | null, fields: readonly string[]): string | null {
  if (failure === null) return null;
  if (failure instanceof Unreachable) return common.unreachable;
  const elsewhere = failure.errors.filter(({ field }) => !fields.includes(field));
  if (failure.errors.length > 0) return elsewhere.map(({ message }) => message).join(" ") || null;
  return failure.sentence;
}

function isOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}
