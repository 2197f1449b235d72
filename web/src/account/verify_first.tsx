/** Says that the address has to be verified, and lets that be done. */

import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { useUser } from "../session/session";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import { useSubmission } from "../ui/forms";
import { Notice } from "../ui/notice";
import { SubmissionNotice } from "../ui/submission_notice";
import { toast } from "../ui/toasts";

export function VerifyFirst() {
  return (
    <>
      <Notice tone="warning">
        {account.email.needed} {account.email.unverifiedText}
      </Notice>
      <SendVerification />
    </>
  );
}

/** Has another link sent to the address of the account. */
export function SendVerification() {
  const user = useUser();
  const submission = useSubmission(() => {}, []);
  const [busy, setBusy] = useState(false);

  async function send(): Promise<void> {
    setBusy(true);
    await submission.run(async () => {
      await unwrap(api.POST("/account/email/verification"));
      toast(account.email.sent(user?.email ?? ""));
    });
    setBusy(false);
  }

  return (
    <>
      <SubmissionNotice {...submission} />
      <Button busy={busy} disabled={submission.wait > 0} onClick={send}>
        {account.email.sendVerification}
      </Button>
    </>
  );
}
