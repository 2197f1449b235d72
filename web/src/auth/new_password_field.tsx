/** A new password, with how hard it is to guess. That is a hint, and refuses nothing. */

import { type ComponentProps, useDeferredValue, useState } from "react";
import { auth } from "../strings/auth";
import { common } from "../strings/common";
import { PasswordField } from "../ui/field";
import styles from "./auth.module.css";
import { PASSWORD_LEAST } from "./rules";

type Estimate = typeof import("./strength").strengthOf;

interface NewPasswordFieldProps extends ComponentProps<typeof PasswordField> {
  /** What stands in the field. */
  text: string;
  /** What else is known of the person: a password made of it is easy to guess. */
  guessable?: readonly string[];
}

export function NewPasswordField({ text, guessable = [], ...field }: NewPasswordFieldProps) {
  const [estimate, setEstimate] = useState<Estimate | null>(null);

  function load() {
    // Without it there is just no hint.
    if (!estimate)
      import("./strength").then(
        (module) => setEstimate(() => module.strengthOf),
        () => {},
      );
  }

  return (
    <div className={styles.form}>
      <PasswordField hint={auth.passwordHint(PASSWORD_LEAST)} autoComplete="new-password" {...field} onFocus={load} />
      {estimate && <Strength estimate={estimate} text={text} guessable={guessable} />}
    </div>
  );
}

function Strength({ estimate, text, guessable }: { estimate: Estimate; text: string; guessable: readonly string[] }) {
  // An estimate of a long password takes a while, and the field does not wait for it.
  const password = useDeferredValue(text);
  if (password === "") return null;
  const words = guessable
    .flatMap((known) => [known, ...known.split("@"), ...known.split(/[^\p{L}\p{N}]+/u)])
    .filter(Boolean);
  const strength = estimate(password, [common.name, ...words]);
  return (
    <div className={styles.strength}>
      <div className={styles.bars} aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={step <= strength ? styles.reached : undefined} />
        ))}
      </div>
      <div role="status">
        {auth.strength.label} <strong>{auth.strength.words[strength]}</strong>
      </div>
    </div>
  );
}
