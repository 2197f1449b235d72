/** Asks who it is: by password, with a code where there is a second factor, or by passkey. */

import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { useUser } from "../session/session";
import { account } from "../strings/account";
import { common } from "../strings/common";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { PasswordField, TextField } from "../ui/field";
import { useSubmission } from "../ui/forms";
import { useTextForm } from "../ui/text_form";
import styles from "./account.module.css";
import { FormEnd } from "./form_end";
import { passkeysSupported, proveByPasskey } from "./passkeys";
import { Problem } from "./problem";
import { passkeysQuery } from "./queries";

interface StepUpDialogProps {
  /** The password, when it was just given. */
  password: string | undefined;
  onProved: () => void;
  onCancel: () => void;
}

export function StepUpDialog({ password, onProved, onCancel }: StepUpDialogProps) {
  const user = useUser();
  const passkeys = useQuery(passkeysQuery).data ?? [];
  const byPassword = user?.has_password ?? false;
  const byPasskey = passkeysSupported && (passkeys.length > 0 || !byPassword);
  return (
    <Dialog
      title={account.stepUp.title}
      onClose={onCancel}
      actions={<Button onClick={onCancel}>{common.cancel}</Button>}
    >
      <p>{account.stepUp.text}</p>
      {byPassword && <ByPassword known={password} withCode={user?.second_factor ?? false} onProved={onProved} />}
      {byPasskey && <ByPasskey onProved={onProved} />}
      {!byPassword && !byPasskey && <p role="alert">{account.passkeyProblems.unsupported}</p>}
    </Dialog>
  );
}

interface ByPasswordProps {
  known: string | undefined;
  withCode: boolean;
  onProved: () => void;
}

function ByPassword({ known, withCode, onProved }: ByPasswordProps) {
  const form = useTextForm({
    initial: { password: known ?? "", code: "" },
    optional: withCode ? [] : ["code"],
    codes: { wrong_password: "password", wrong_code: "code" },
    send: async ({ password, code }) => {
      await unwrap(api.POST("/auth/reauthenticate", { body: { password, code: withCode ? code.trim() : null } }));
      onProved();
    },
  });
  return (
    <form className={styles.form} onSubmit={form.onSubmit} noValidate>
      <input hidden readOnly autoComplete="username" value={useUser()?.email ?? ""} />
      {known === undefined && (
        <PasswordField
          label={account.stepUp.password}
          autoComplete="current-password"
          autoFocus
          {...form.field("password")}
        />
      )}
      {withCode && (
        <TextField
          label={account.stepUp.code}
          hint={account.stepUp.codeHint}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus={known !== undefined}
          {...form.field("code")}
        />
      )}
      <FormEnd form={form} submit={account.stepUp.confirm} />
    </form>
  );
}

function ByPasskey({ onProved }: { onProved: () => void }) {
  const submission = useSubmission(() => {}, []);
  const prove = () =>
    submission.run(async () => {
      await proveByPasskey();
      onProved();
    });
  return (
    <>
      <Problem {...submission} />
      <Button onClick={prove} disabled={submission.wait > 0}>
        {account.stepUp.passkey}
      </Button>
    </>
  );
}
