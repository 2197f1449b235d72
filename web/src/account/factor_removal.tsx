/** Turns the second factor off. */

import { useId } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { useUser } from "../session/session";
import { account } from "../strings/account";
import { common } from "../strings/common";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { PasswordField, TextField } from "../ui/field";
import { useTextForm } from "../ui/text_form";
import { toast } from "../ui/toasts";
import styles from "./account.module.css";
import { useChanged } from "./changed";
import { Problem } from "./problem";
import { useStepUp } from "./step_up";

const words = account.factor;

export function FactorRemoval({ onClose }: { onClose: () => void }) {
  const withPassword = useUser()?.has_password ?? false;
  const { confirmed, question } = useStepUp();
  const changed = useChanged();
  const id = useId();
  const form = useTextForm({
    initial: { password: "", code: "" },
    optional: withPassword ? [] : ["password"],
    codes: { wrong_password: "password", wrong_code: "code" },
    send: async ({ password, code }) => {
      const proof = withPassword ? password : null;
      const body = { password: proof, code: code.trim() };
      await confirmed(() => unwrap(api.DELETE("/account/second-factor", { body })), proof ?? undefined);
      changed("profile", "second-factor");
      toast(words.turnedOff);
      onClose();
    },
  });
  return (
    <Dialog
      title={words.turnOff}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button type="submit" form={id} variant="danger" busy={form.busy} disabled={form.submission.wait > 0}>
            {words.turnOff}
          </Button>
        </>
      }
    >
      <p>{words.turnOffText}</p>
      <form id={id} className={styles.form} onSubmit={form.onSubmit} noValidate>
        {withPassword && (
          <PasswordField label={words.password} autoComplete="current-password" autoFocus {...form.field("password")} />
        )}
        <TextField
          label={words.code}
          hint={account.stepUp.codeHint}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          {...form.field("code")}
        />
        <Problem {...form.submission} />
      </form>
      {question}
    </Dialog>
  );
}
