/** Something to know, in the page; told to screen readers when it appears. */

import type { ReactNode } from "react";
import styles from "./notice.module.css";

interface NoticeProps {
  tone?: "info" | "error" | "warning" | "success";
  /** It is told to nobody: something else does that, in its own words. */
  silent?: boolean;
  children: ReactNode;
  /** What can be done about it: buttons. */
  actions?: ReactNode;
}

export function Notice({ tone = "info", silent = false, children, actions }: NoticeProps) {
  const role = silent ? undefined : tone === "error" ? "alert" : "status";
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={role}>
      <div className={styles.text}>{children}</div>
      {actions}
    </div>
  );
}
