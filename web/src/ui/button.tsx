/** Buttons. */

import type { ComponentProps, ReactNode } from "react";
import { common } from "../strings/common";
import styles from "./button.module.css";

interface ButtonProps extends ComponentProps<"button"> {
  variant?: "primary" | "secondary" | "quiet" | "danger";
  /** Something that it began goes on: it does nothing until that is over, and keeps the focus. */
  busy?: boolean;
  /** Seconds until it does something again: they are shown, and it keeps the focus. */
  wait?: number;
}

export function Button({
  variant = "secondary",
  busy = false,
  wait = 0,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const idle = busy || wait > 0;
  return (
    <button
      type="button"
      {...rest}
      className={`${styles.button} ${styles[variant]} ${className ?? ""}`}
      aria-disabled={idle || undefined}
      onClick={(event) => (idle ? event.preventDefault() : onClick?.(event))}
    >
      {children}
      {wait > 0 && <span aria-hidden="true">{common.seconds(wait)}</span>}
      {busy && <span aria-hidden="true">…</span>}
      {busy && <span className="visually-hidden">{common.working}</span>}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** What it does: its accessible name, and shown when pointed at. */
  label: string;
  icon: ReactNode;
}

/** A button that shows an icon alone. */
export function IconButton({ label, icon, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`${styles.button} ${styles.icon} ${className ?? ""}`}
    >
      {icon}
    </button>
  );
}
