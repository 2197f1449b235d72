/** Signing in, the second step: a code of the authenticator app, or a recovery code. */

import { useEffect, useEffectEvent, useState } from "react";
import { publicApi } from "../api/client";
import { Refused, unwrap } from "../api/problems";
import { auth } from "../strings/auth";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { SubmissionNotice } from "../ui/submission_notice";
import { useTextForm } from "../ui/text_form";
import styles from "./auth.module.css";
import type { Grant } from "./entry";
import type { SecondStep } from "./password_step";

interface CodeStepProps {
  step: SecondStep;
  enter: (grant: Grant) => Promise<void>;
  /** The first step counts no more. */
  onLate: () => void;
  onBack: () => void;
}

export function CodeStep({ step, enter, onLate, onBack }: CodeStepProps) {
  const [recovery, setRecovery] = useState(false);
  const form = useTextForm({
    initial: { code: "" },
    codes: { invalid_code: "code" },
    send: async ({ code }) => {
      const body = { step_token: step.step_token, code, delivery: "cookie" as const };
      try {
        const { data } = await unwrap(publicApi.POST("/auth/login/second-factor", { body }));
        await enter(data);
      } catch (error) {
        if (!(error instanceof Refused && isOver(error))) throw error;
        onLate();
      }
    },
  });

  const late = useEffectEvent(onLate);
  useEffect(() => {
    const timer = setTimeout(() => late(), step.expires_in * 1000);
    return () => clearTimeout(timer);
  }, [step]);

  const select = useEffectEvent(() => form.select("code"));
  // biome-ignore lint/correctness/useExhaustiveDependencies: for the one kind of code and for the other
  useEffect(() => select(), [recovery]);

  return (
    <form className={styles.form} noValidate onSubmit={form.onSubmit}>
      <p className={styles.text}>{auth.code.text}</p>
      <SubmissionNotice {...form.submission} />
      <TextField
        label={recovery ? auth.code.recovery : auth.code.app}
        hint={recovery ? auth.code.recoveryHint : auth.code.appHint}
        inputMode={recovery ? "text" : "numeric"}
        autoComplete={recovery ? "off" : "one-time-code"}
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
        {...form.field("code")}
      />
      <Button type="submit" variant="primary" busy={form.busy} wait={form.submission.wait}>
        {auth.code.send}
      </Button>
      <Button variant="quiet" onClick={() => setRecovery(!recovery)}>
        {recovery ? auth.code.useApp : auth.code.useRecovery}
      </Button>
      <Button variant="quiet" onClick={onBack}>
        {auth.code.back}
      </Button>
    </form>
  );
}

/** Whether the first step's token is not good any more: too old, or used up. */
function isOver({ code }: Refused): boolean {
  return code === "invalid_token" || code === "token_expired";
}
