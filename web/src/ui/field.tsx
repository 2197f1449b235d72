/** Form fields: each with its label, a hint, and what is wrong with it. */

import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { common } from "../strings/common";
import { IconButton } from "./button";
import styles from "./field.module.css";

interface Described {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value, a sentence or two; nothing when it is right. */
  error?: ReactNode;
}

interface TextFieldProps extends ComponentProps<"input">, Described {}

export function TextField({ label, hint, error, ...rest }: TextFieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(described) => <input {...rest} {...described} className={styles.input} />}
    </Labelled>
  );
}

/** A password, which can be looked at, pasted, and filled in by a password manager. */
export function PasswordField({ label, hint, error, ...rest }: TextFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(described) => (
        <span className={styles.row}>
          <input
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            {...rest}
            {...described}
            type={shown ? "text" : "password"}
            className={`${styles.input} ${styles.withButton}`}
          />
          <IconButton
            className={styles.inside}
            label={shown ? common.hidePassword : common.showPassword}
            icon={shown ? <EyeOff size={20} /> : <Eye size={20} />}
            onClick={() => setShown(!shown)}
          />
        </span>
      )}
    </Labelled>
  );
}

interface TextAreaProps extends ComponentProps<"textarea">, Described {}

export function TextArea({ label, hint, error, ...rest }: TextAreaProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(described) => <textarea {...rest} {...described} className={styles.input} />}
    </Labelled>
  );
}

interface SelectFieldProps extends ComponentProps<"select">, Described {}

export function SelectField({ label, hint, error, children, ...rest }: SelectFieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(described) => (
        <select {...rest} {...described} className={styles.input}>
          {children}
        </select>
      )}
    </Labelled>
  );
}

interface CheckFieldProps extends Omit<ComponentProps<"input">, "type"> {
  label: ReactNode;
}

export function CheckField({ label, ...rest }: CheckFieldProps) {
  return (
    <label className={styles.check}>
      <input type="checkbox" {...rest} />
      <span>{label}</span>
    </label>
  );
}

interface FieldProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

function Labelled({ label, hint, error, children }: Described & { children: (described: FieldProps) => ReactNode }) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint && (
        <div id={`${id}-hint`} className={styles.hint}>
          {hint}
        </div>
      )}
      {error && (
        <div id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </div>
      )}
    </div>
  );
}
