/** The page to sign in: by password, and by a code where there is a second factor; or by a passkey. */

import { useState } from "react";
import { Link, useSearch } from "wouter";
import { auth } from "../strings/auth";
import { Notice } from "../ui/notice";
import styles from "./auth.module.css";
import { AuthLayout } from "./auth_layout";
import { CodeStep } from "./code_step";
import { useEntry, useHref } from "./entry";
import { PasskeySignIn } from "./passkey_sign_in";
import { PasswordStep, type SecondStep } from "./password_step";

export default function SignInPage() {
  const enter = useEntry();
  const signUp = useHref("/sign-up");
  const over = new URLSearchParams(useSearch()).get("over") ?? "";
  const [step, setStep] = useState<SecondStep | null>(null);
  const [late, setLate] = useState(false);

  function firstStep({ late }: { late: boolean }) {
    setStep(null);
    setLate(late);
  }

  if (step) {
    return (
      <AuthLayout title={auth.code.title}>
        <CodeStep
          step={step}
          enter={enter}
          onLate={() => firstStep({ late: true })}
          onBack={() => firstStep({ late: false })}
        />
      </AuthLayout>
    );
  }
  const why = late ? auth.signIn.late : auth.signIn.over[over];
  return (
    <AuthLayout
      title={auth.signIn.title}
      footer={
        <>
          {auth.signIn.stranger} <Link href={signUp}>{auth.signIn.signUp}</Link>
        </>
      }
    >
      {why && <Notice>{why}</Notice>}
      <PasswordStep enter={enter} onSecondStep={setStep} />
      <div className={styles.or}>{auth.signIn.or}</div>
      <PasskeySignIn enter={enter} />
    </AuthLayout>
  );
}
