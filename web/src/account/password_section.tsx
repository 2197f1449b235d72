/** The password: changed, set, or removed. */

import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { NewPasswordField } from "../auth/new_password_field";
import { isNewPassword } from "../auth/rules";
import { useUser } from "../session/session";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { PasswordField } from "../ui/field";
import { useTextForm } from "../ui/text_form";
import { toast } from "../ui/toasts";
import styles from "./account.module.css";
import { useAction } from "./action";
import { useChanged } from "./changed";
import { FormEnd } from "./form_end";
import { Problem } from "./problem";
import { Section } from "./section";
import { useStepUp } from "./step_up";

const words = account.security;

export function PasswordSection() {
  const hasPassword = useUser()?.has_password ?? false;
  // Null at first; once it was closed, the button has the focus again.
  const [changing, setChanging] = useState<boolean | null>(null);
  const [removing, setRemoving] = useState(false);
  const change = hasPassword ? words.changePassword : words.setPassword;
  return (
    <Section title={words.password}>
      {!hasPassword && <p>{words.noPassword}</p>}
      {changing ? (
        <PasswordForm submit={change} withCurrent={hasPassword} onClose={() => setChanging(false)} />
      ) : (
        <div className={styles.row}>
          <Button autoFocus={changing === false} onClick={() => setChanging(true)}>
            {change}
          </Button>
          {hasPassword && (
            <Button variant="danger" onClick={() => setRemoving(true)}>
              {words.removePassword}
            </Button>
          )}
        </div>
      )}
      {removing && <Removal onClose={() => setRemoving(false)} />}
    </Section>
  );
}

interface PasswordFormProps {
  submit: string;
  withCurrent: boolean;
  onClose: () => void;
}

function PasswordForm({ submit, withCurrent, onClose }: PasswordFormProps) {
  const user = useUser();
  const { confirmed, question } = useStepUp();
  const changed = useChanged();
  const form = useTextForm({
    initial: { current_password: "", new_password: "" },
    rules: { new_password: isNewPassword },
    optional: withCurrent ? [] : ["current_password"],
    codes: { wrong_password: "current_password" },
    send: async ({ current_password, new_password }) => {
      const current = withCurrent ? current_password : null;
      const body = { current_password: current, new_password };
      await confirmed(() => unwrap(api.POST("/auth/password", { body })), current ?? undefined);
      changed("profile", "sessions");
      toast(words.passwordChanged);
      onClose();
    },
  });
  return (
    <>
      <form className={styles.form} onSubmit={form.onSubmit} noValidate>
        <input hidden readOnly autoComplete="username" value={user?.email ?? ""} />
        {withCurrent && (
          <PasswordField
            label={words.currentPassword}
            autoComplete="current-password"
            autoFocus
            {...form.field("current_password")}
          />
        )}
        <NewPasswordField
          label={words.newPassword}
          text={form.text("new_password")}
          guessable={[user?.email ?? "", user?.name ?? ""]}
          {...form.field("new_password")}
        />
        <FormEnd form={form} submit={submit} onCancel={onClose} />
      </form>
      {question}
    </>
  );
}

function Removal({ onClose }: { onClose: () => void }) {
  const { question, ...action } = useAction();
  const changed = useChanged();
  const remove = () =>
    action.run(async () => {
      await unwrap(api.DELETE("/auth/password"));
      changed("profile");
      toast(words.passwordRemoved);
      onClose();
    });
  return (
    <ConfirmDialog
      title={words.removePassword}
      confirm={words.removePassword}
      danger
      busy={action.busy}
      onConfirm={remove}
      onClose={onClose}
    >
      <p>{words.removePasswordText}</p>
      <Problem {...action} />
      {question}
    </ConfirmDialog>
  );
}
