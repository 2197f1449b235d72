/**
 * A form of text fields. A field is checked when it is left with something in it, from then on as it changes, and all of
 * them when the form is sent. Then the first that is wrong has the focus.
 */

import { type ComponentProps, type SubmitEvent, useRef } from "react";
import { type DefaultValues, type Path, type PathValue, useForm } from "react-hook-form";
import type { ProblemCode } from "../api/problems";
import { common } from "../strings/common";
import { type Submission, useSubmission } from "./forms";
import type { Rule } from "./rules";

type Texts<Name extends string> = Record<Name, string>;

interface Options<Name extends string> {
  /** What stands in the fields at first. */
  initial: Texts<Name>;
  /** What the fields accept when they are not empty. */
  rules?: Partial<Record<NoInfer<Name>, Rule>>;
  /** The fields that may be left empty. */
  optional?: readonly NoInfer<Name>[];
  /** Which fields refusals are about, by their codes. */
  codes?: Partial<Record<ProblemCode, NoInfer<Name>>>;
  /** Sends it; what it throws is shown. */
  send: (texts: Texts<NoInfer<Name>>) => Promise<void>;
}

interface TextForm<Name extends string> {
  /** What the field of a name takes. */
  field: (name: Name) => ComponentProps<"input"> & { error: string | undefined };
  /** Whether a refusal of this code is shown at the field. */
  isAt: (name: Name, code: ProblemCode) => boolean;
  /** What stands in a field. */
  text: (name: Name) => string;
  /** Puts the focus into a field, with all of its text selected. */
  select: (name: Name) => void;
  onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
  submission: Submission;
  /** It is on its way. */
  busy: boolean;
}

export function useTextForm<Name extends string>(options: Options<Name>): TextForm<Name> {
  type Values = Texts<Name>;
  const { initial, rules = {}, optional = [], codes = {}, send } = options;
  const form = useForm<Values>({ mode: "onTouched", defaultValues: initial as DefaultValues<Values> });
  const names = Object.keys(initial) as (Name & Path<Values>)[];
  const submission = useSubmission(form.setError, names, codes as Partial<Record<ProblemCode, Path<Values>>>);
  const sent = useRef(false);
  const { errors, isSubmitting } = form.formState;

  function check(name: Name, text: string): string | undefined {
    if (text !== "") return (rules as Partial<Record<Name, Rule>>)[name]?.(text);
    // Nobody is told off for a field that they only came by.
    return sent.current && !optional.includes(name) ? common.required : undefined;
  }

  return {
    field: (name) => ({
      ...form.register(name as Name & Path<Values>, {
        validate: (text: PathValue<Values, Name & Path<Values>>) => check(name, text as string),
      }),
      required: !optional.includes(name),
      error: errors[name]?.message as string | undefined,
    }),
    isAt: (name, code) => errors[name]?.type === code,
    text: (name) => form.watch(name as Name & Path<Values>) as string,
    select: (name) => form.setFocus(name as Name & Path<Values>, { shouldSelect: true }),
    onSubmit: (event) => {
      sent.current = true;
      void form.handleSubmit((texts) => submission.run(() => send(texts)))(event);
    },
    submission,
    busy: isSubmitting,
  };
}
