/** The page to make an account. */

import { useEffect, useEffectEvent } from "react";
import { Link } from "wouter";
import { publicApi } from "../api/client";
import { unwrap } from "../api/problems";
import { auth } from "../strings/auth";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { SubmissionNotice } from "../ui/submission_notice";
import { useTextForm } from "../ui/text_form";
import styles from "./auth.module.css";
import { AuthLayout } from "./auth_layout";
import { typedAddress, useEntry, useHref, useTypedAddress } from "./entry";
import { NewPasswordField } from "./new_password_field";
import { isAddress, isName, isNewPassword } from "./rules";

export default function SignUpPage() {
  const enter = useEntry();
  const signIn = useHref("/sign-in");
  const form = useTextForm({
    initial: { email: typedAddress(), password: "", name: "" },
    rules: { email: isAddress, password: isNewPassword, name: isName },
    optional: ["name"],
    codes: { email_exists: "email" },
    send: async ({ email, password, name }) => {
      const body = { email, password, name: name.trim() || null, delivery: "cookie" as const };
      await enter((await unwrap(publicApi.POST("/auth/register", { body }))).data);
    },
  });
  const [address, name] = [form.text("email"), form.text("name")];
  useTypedAddress(address);
  const select = useEffectEvent(form.select);
  useEffect(() => select("email"), []);

  const email = form.field("email");
  const exists = form.isAt("email", "email_exists") && (
    <>
      {email.error} <Link href={signIn}>{auth.toSignIn}</Link>
    </>
  );
  return (
    <AuthLayout
      title={auth.signUp.title}
      footer={
        <>
          {auth.signUp.known} <Link href={signIn}>{auth.signUp.signIn}</Link>
        </>
      }
    >
      <p className={styles.text}>{auth.signUp.text}</p>
      <form className={styles.form} noValidate onSubmit={form.onSubmit}>
        <SubmissionNotice {...form.submission} />
        <TextField label={auth.address} type="email" autoComplete="email" {...email} error={exists || email.error} />
        <NewPasswordField
          label={auth.password}
          {...form.field("password")}
          text={form.text("password")}
          guessable={[address, name]}
        />
        <TextField label={auth.signUp.name} hint={auth.signUp.nameHint} autoComplete="name" {...form.field("name")} />
        <Button type="submit" variant="primary" busy={form.busy} wait={form.submission.wait}>
          {auth.signUp.send}
        </Button>
      </form>
    </AuthLayout>
  );
}
