/** The address of the account: whether it is verified and takes mail, and another one. */

import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { isAddress } from "../auth/rules";
import { useUser } from "../session/session";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import { PasswordField, TextField } from "../ui/field";
import { Notice } from "../ui/notice";
import { useTextForm } from "../ui/text_form";
import styles from "./account.module.css";
import { useChanged } from "./changed";
import { FormEnd } from "./form_end";
import { Section } from "./section";
import { useStepUp } from "./step_up";
import { SendVerification } from "./verify_first";

const words = account.email;

export function EmailSection() {
  const user = useUser();
  // Null at first; once it was closed, the button has the focus again.
  const [changing, setChanging] = useState<boolean | null>(null);
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (!user) return null;
  const [state, tone] = user.email_bounced
    ? [words.bounced, styles.poor]
    : user.email_verified
      ? [words.verified, styles.good]
      : [words.unverified, styles.poor];

  return (
    <Section title={words.title}>
      <p className={styles.row}>
        <span className={styles.name}>{user.email}</span>
        <span className={`${styles.badge} ${tone}`}>{state}</span>
      </p>
      {(user.email_bounced || !user.email_verified) && (
        <>
          <p>{user.email_bounced ? words.bouncedText : words.unverifiedText}</p>
          <SendVerification />
        </>
      )}
      {sentTo && <Notice tone="success">{words.changeSent(sentTo)}</Notice>}
      {changing ? (
        <EmailForm
          withPassword={user.has_password}
          onCancel={() => setChanging(false)}
          onSent={(email) => {
            setChanging(false);
            setSentTo(email);
          }}
        />
      ) : (
        <Button autoFocus={changing === false} onClick={() => setChanging(true)}>
          {words.change}
        </Button>
      )}
    </Section>
  );
}

interface EmailFormProps {
  withPassword: boolean;
  onCancel: () => void;
  onSent: (email: string) => void;
}

function EmailForm({ withPassword, onCancel, onSent }: EmailFormProps) {
  const { confirmed, question } = useStepUp();
  const changed = useChanged();
  const form = useTextForm({
    initial: { email: "", password: "" },
    rules: { email: (text) => isAddress(text.trim()) },
    optional: withPassword ? [] : ["password"],
    codes: { wrong_password: "password" },
    send: async ({ email, password }) => {
      const proof = withPassword ? password : null;
      const body = { email: email.trim(), password: proof };
      await confirmed(() => unwrap(api.POST("/account/email", { body })), proof ?? undefined);
      changed();
      onSent(email.trim());
    },
  });
  return (
    <>
      <form className={styles.form} onSubmit={form.onSubmit} noValidate>
        <TextField
          label={words.newEmail}
          hint={words.newEmailHint}
          type="email"
          autoComplete="email"
          autoFocus
          {...form.field("email")}
        />
        {withPassword && (
          <PasswordField
            label={account.security.currentPassword}
            autoComplete="current-password"
            {...form.field("password")}
          />
        )}
        <FormEnd form={form} submit={words.change} onCancel={onCancel} />
      </form>
      {question}
    </>
  );
}
