/** Gives the account up. */

import { useId, useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { accountDeleted, useUser } from "../session/session";
import { account } from "../strings/account";
import { common } from "../strings/common";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { CheckField, PasswordField } from "../ui/field";
import { useTextForm } from "../ui/text_form";
import styles from "./account.module.css";
import { Problem } from "./problem";
import { useStepUp } from "./step_up";

const words = account.deletion;

export function AccountDeletion() {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {words.open}
      </Button>
      {asking && <DeletionDialog onClose={() => setAsking(false)} />}
    </>
  );
}

function DeletionDialog({ onClose }: { onClose: () => void }) {
  const withPassword = useUser()?.has_password ?? false;
  const { confirmed, question } = useStepUp();
  const [sure, setSure] = useState(false);
  const [unsure, setUnsure] = useState(false);
  const id = useId();
  const form = useTextForm({
    initial: { password: "" },
    optional: withPassword ? [] : ["password"],
    codes: { wrong_password: "password" },
    send: async ({ password }) => {
      setUnsure(!sure);
      if (!sure) return;
      const proof = withPassword ? password : null;
      await confirmed(() => unwrap(api.DELETE("/account", { body: { password: proof } })), proof ?? undefined);
      await accountDeleted();
    },
  });
  return (
    <Dialog
      title={words.dialog}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button type="submit" form={id} variant="danger" busy={form.busy} disabled={form.submission.wait > 0}>
            {words.confirm}
          </Button>
        </>
      }
    >
      <p>{words.text}</p>
      <form id={id} className={styles.form} onSubmit={form.onSubmit} noValidate>
        {withPassword && (
          <PasswordField label={words.password} autoComplete="current-password" autoFocus {...form.field("password")} />
        )}
        <div>
          <CheckField
            label={words.sure}
            checked={sure}
            aria-describedby={unsure ? `${id}-unsure` : undefined}
            onChange={({ target }) => {
              setSure(target.checked);
              setUnsure(false);
            }}
          />
          {unsure && (
            <p id={`${id}-unsure`} className={styles.wrong} role="alert">
              {words.sureNeeded}
            </p>
          )}
        </div>
        <Problem {...form.submission} />
      </form>
      {question}
    </Dialog>
  );
}
