/** Signing in, the first step: the address and the password. */

import { useEffect, useEffectEvent } from "react";
import { Link } from "wouter";
import { publicApi } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { auth } from "../strings/auth";
import { Button } from "../ui/button";
import { PasswordField, TextField } from "../ui/field";
import { SubmissionNotice } from "../ui/submission_notice";
import { useTextForm } from "../ui/text_form";
import styles from "./auth.module.css";
import { type Grant, typedAddress, useHref, useTypedAddress } from "./entry";
import { isAddress } from "./rules";

export type SecondStep = components["schemas"]["SecondStepNeeded"];

interface PasswordStepProps {
  enter: (grant: Grant) => Promise<void>;
  /** The password is right, and a code is needed too. */
  onSecondStep: (step: SecondStep) => void;
}

export function PasswordStep({ enter, onSecondStep }: PasswordStepProps) {
  const form = useTextForm({
    initial: { email: typedAddress(), password: "" },
    rules: { email: isAddress },
    send: async ({ email, password }) => {
      const body = { email, password, delivery: "cookie" as const };
      const { data } = await unwrap(publicApi.POST("/auth/login", { body }));
      if ("step_token" in data) onSecondStep(data);
      else await enter(data);
    },
  });
  const { submission } = form;
  useTypedAddress(form.text("email"));

  const select = useEffectEvent(form.select);
  useEffect(() => select(typedAddress() ? "password" : "email"), []);
  const { refused } = submission;
  useEffect(() => {
    if (refused?.code === "invalid_credentials") select("password");
  }, [refused]);

  return (
    <form className={styles.form} noValidate onSubmit={form.onSubmit}>
      <SubmissionNotice {...submission} />
      <TextField label={auth.address} type="email" autoComplete="username webauthn" {...form.field("email")} />
      <PasswordField label={auth.password} autoComplete="current-password" {...form.field("password")} />
      <p className={styles.aside}>
        <Link href={useHref("/forgot-password")}>{auth.signIn.forgot}</Link>
      </p>
      <Button type="submit" variant="primary" busy={form.busy} wait={submission.wait}>
        {auth.signIn.send}
      </Button>
    </form>
  );
}
