/** Something that a button does: one thing at a time, with its refusal kept, and a step up where the service wants one. */

import { type ReactNode, useState } from "react";
import { type Submission, useSubmission } from "../ui/forms";
import { useStepUp } from "./step_up";

interface Action extends Submission {
  busy: boolean;
  /** To be rendered: the question who it is. Inside the dialog, where the button stands in one; never inside a form. */
  question: ReactNode;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const submission = useSubmission(() => {}, []);
  const { confirmed, question } = useStepUp();

  async function run(action: () => Promise<void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    try {
      await submission.run(() => confirmed(action));
    } finally {
      setBusy(false);
    }
  }

  return { ...submission, run, busy, question };
}
