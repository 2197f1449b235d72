/**
 * The pages that links about an address lead to. Opening one does nothing yet: what looks through mails opens the links in
 * them too.
 */

import { useState } from "react";
import { Link } from "wouter";
import { publicApi } from "../api/client";
import { unwrap } from "../api/problems";
import { auth } from "../strings/auth";
import { Button } from "../ui/button";
import buttons from "../ui/button.module.css";
import { useSubmission } from "../ui/forms";
import { Notice } from "../ui/notice";
import { SubmissionNotice } from "../ui/submission_notice";
import styles from "./auth.module.css";
import { AuthLayout } from "./auth_layout";
import { useLinkToken } from "./link_token";

const ROUTES = {
  "verify-email": "/auth/email/verify",
  "confirm-email": "/auth/email/confirm",
  "restore-email": "/auth/email/restore",
} as const;

export default function LinkPage({ kind }: { kind: keyof typeof ROUTES }) {
  const token = useLinkToken();
  const [state, setState] = useState<"asked" | "sent" | "done">("asked");
  const submission = useSubmission(() => {}, []);
  const words = auth.link[kind];
  const toTasks = <Link href="/">{auth.link.toTasks}</Link>;

  async function follow(token: string) {
    setState("sent");
    await submission.run(async () => {
      await unwrap(publicApi.POST(ROUTES[kind], { body: { token } }));
      setState("done");
    });
    setState((now) => (now === "sent" ? "asked" : now));
  }

  if (state === "done") {
    return (
      <AuthLayout title={words.doneTitle}>
        <p>{words.done}</p>
        <Link href="/" className={`${buttons.button} ${buttons.primary}`}>
          {auth.link.toTasks}
        </Link>
      </AuthLayout>
    );
  }
  if (token === null) {
    return (
      <AuthLayout title={words.title} footer={toTasks}>
        <Notice tone="error">{auth.link.missing}</Notice>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={words.title} footer={toTasks}>
      <p className={styles.text}>{words.text}</p>
      <SubmissionNotice {...submission} />
      <Button variant="primary" busy={state === "sent"} wait={submission.wait} onClick={() => void follow(token)}>
        {words.send}
      </Button>
    </AuthLayout>
  );
}
