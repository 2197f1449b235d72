/** The button that signs in with a passkey; and meanwhile the browser offers its passkeys at the field for the address. */

import { KeyRound } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { auth } from "../strings/auth";
import { Button } from "../ui/button";
import { useSubmission } from "../ui/forms";
import { Notice } from "../ui/notice";
import { SubmissionNotice } from "../ui/submission_notice";
import styles from "./auth.module.css";
import type { Grant } from "./entry";
import { canUsePasskeys, offeredPasskey, signInByPasskey } from "./passkeys";

export function PasskeySignIn({ enter }: { enter: (grant: Grant) => Promise<void> }) {
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const submission = useSubmission(() => {}, []);

  const signIn = async (how: () => Promise<Grant>) => {
    setFailure(null);
    setAsking(true);
    await submission.run(async () => {
      try {
        await enter(await how());
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        setFailure(error.name === "NotAllowedError" ? auth.passkey.cancelled : auth.passkey.unsupported);
      }
    });
    setAsking(false);
  };

  const offer = useEffectEvent(async (stopped: AbortSignal) => {
    const how = await offeredPasskey(stopped);
    if (how) await signIn(how);
  });
  useEffect(() => {
    // The browser does one thing at a time.
    if (asking) return;
    const controller = new AbortController();
    void offer(controller.signal);
    return () => controller.abort();
  }, [asking]);

  return (
    <>
      <Button
        className={styles.wide}
        busy={asking}
        wait={submission.wait}
        onClick={() => (canUsePasskeys() ? void signIn(signInByPasskey) : setFailure(auth.passkey.unsupported))}
      >
        <KeyRound size={18} aria-hidden="true" />
        {auth.signIn.passkey}
      </Button>
      {failure && <Notice tone="error">{failure}</Notice>}
      <SubmissionNotice {...submission} />
    </>
  );
}
