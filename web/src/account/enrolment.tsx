/** Sets the second factor up: the app takes the secret and shows a first code. */

import { api } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { account } from "../strings/account";
import { TextField } from "../ui/field";
import { useTextForm } from "../ui/text_form";
import { toast } from "../ui/toasts";
import styles from "./account.module.css";
import { useChanged } from "./changed";
import { CopyButton } from "./copy_button";
import { FormEnd } from "./form_end";
import { QrCode } from "./qr_code";
import { useStepUp } from "./step_up";

const words = account.factor;

interface EnrolmentProps {
  enrolment: components["schemas"]["Enrolment"];
  onCodes: (recoveryCodes: readonly string[]) => void;
  onCancel: () => void;
}

export function Enrolment({ enrolment, onCodes, onCancel }: EnrolmentProps) {
  const { confirmed, question } = useStepUp();
  const changed = useChanged();
  const form = useTextForm({
    initial: { code: "" },
    codes: { wrong_code: "code" },
    send: async ({ code }) => {
      const body = { code: code.replaceAll(/\s/g, "") };
      const { data } = await confirmed(() => unwrap(api.POST("/account/second-factor/confirm", { body })));
      changed("profile", "second-factor");
      toast(words.turnedOn);
      onCodes(data.recovery_codes);
    },
  });
  return (
    <>
      <p>{words.scan}</p>
      <QrCode text={enrolment.uri} label={words.qrCode} />
      <div className={styles.row}>
        <span className={styles.name}>{words.secret}</span>
        {/* In groups that can be typed. */}
        <code className={styles.secret}>{enrolment.secret.match(/.{1,4}/g)?.join(" ")}</code>
        <CopyButton text={enrolment.secret} of={words.secret} />
      </div>
      <form className={styles.form} onSubmit={form.onSubmit} noValidate>
        <TextField
          label={words.code}
          hint={words.codeHint}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          {...form.field("code")}
        />
        <FormEnd form={form} submit={words.turnOn} onCancel={onCancel} />
      </form>
      {question}
    </>
  );
}
