/** The page to have a link for a new password sent. The answer is the same whether there is such an account or not. */

import { useState } from "react";
import { Link } from "wouter";
import { publicApi } from "../api/client";
import { unwrap } from "../api/problems";
import { auth } from "../strings/auth";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { Notice } from "../ui/notice";
import { SubmissionNotice } from "../ui/submission_notice";
import { useTextForm } from "../ui/text_form";
import styles from "./auth.module.css";
import { AuthLayout } from "./auth_layout";
import { typedAddress, useHref, useTypedAddress } from "./entry";
import { isAddress } from "./rules";

export default function ForgotPasswordPage() {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const form = useTextForm({
    initial: { email: typedAddress() },
    rules: { email: isAddress },
    send: async ({ email }) => {
      await unwrap(publicApi.POST("/auth/password/forgot", { body: { email } }));
      setSentTo(email);
    },
  });
  const { submission } = form;
  useTypedAddress(form.text("email"));
  const footer = <Link href={useHref("/sign-in")}>{auth.forgot.back}</Link>;

  if (sentTo !== null) {
    return (
      <AuthLayout title={auth.forgot.sentTitle} footer={footer}>
        <p>{auth.forgot.sent(sentTo)}</p>
        <p className={styles.text}>{auth.forgot.again}</p>
        <Button onClick={() => setSentTo(null)}>{auth.forgot.tryAgain}</Button>
      </AuthLayout>
    );
  }
  // A service that sends no mail has nothing at this address.
  const disabled = submission.refused?.status === 404;
  return (
    <AuthLayout title={auth.forgot.title} footer={footer}>
      <p className={styles.text}>{auth.forgot.text}</p>
      <form className={styles.form} noValidate onSubmit={form.onSubmit}>
        {disabled ? <Notice tone="error">{auth.forgot.disabled}</Notice> : <SubmissionNotice {...submission} />}
        <TextField label={auth.address} type="email" autoComplete="username" {...form.field("email")} />
        <Button type="submit" variant="primary" busy={form.busy} wait={submission.wait}>
          {auth.forgot.send}
        </Button>
      </form>
    </AuthLayout>
  );
}
