/** The page that the link for a new password leads to. */

import { useState } from "react";
import { Link } from "wouter";
import { publicApi } from "../api/client";
import { unwrap } from "../api/problems";
import { auth } from "../strings/auth";
import { Button } from "../ui/button";
import buttons from "../ui/button.module.css";
import { Notice } from "../ui/notice";
import { SubmissionNotice } from "../ui/submission_notice";
import { useTextForm } from "../ui/text_form";
import styles from "./auth.module.css";
import { AuthLayout } from "./auth_layout";
import { useLinkToken } from "./link_token";
import { NewPasswordField } from "./new_password_field";
import { isNewPassword } from "./rules";

export default function ResetPasswordPage() {
  const token = useLinkToken();
  const [done, setDone] = useState(false);
  if (done) {
    return (
      <AuthLayout title={auth.reset.doneTitle}>
        <p>{auth.reset.done}</p>
        <Link href="/sign-in" className={`${buttons.button} ${buttons.primary}`}>
          {auth.toSignIn}
        </Link>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={auth.reset.title} footer={<Link href="/forgot-password">{auth.reset.another}</Link>}>
      {token === null ? (
        <Notice tone="error">{auth.link.missing}</Notice>
      ) : (
        <NewPassword token={token} onDone={() => setDone(true)} />
      )}
    </AuthLayout>
  );
}

function NewPassword({ token, onDone }: { token: string; onDone: () => void }) {
  const form = useTextForm({
    initial: { new_password: "" },
    rules: { new_password: isNewPassword },
    send: async ({ new_password }) => {
      await unwrap(publicApi.POST("/auth/password/reset", { body: { token, new_password } }));
      onDone();
    },
  });
  return (
    <form className={styles.form} noValidate onSubmit={form.onSubmit}>
      <p className={styles.text}>{auth.reset.text}</p>
      <SubmissionNotice {...form.submission} />
      <NewPasswordField label={auth.newPassword} {...form.field("new_password")} text={form.text("new_password")} />
      <Button type="submit" variant="primary" busy={form.busy} wait={form.submission.wait}>
        {auth.reset.send}
      </Button>
    </form>
  );
}
