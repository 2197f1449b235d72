/** Something to know, in the page; told to screen readers when it appears. */

import type { ReactNode } from "react";
import styles from "./notice.module.css";

interface NoticeProps {
  tone?: "info" | "error" | "warning" | "success";
  children: ReactNode;
  /** What can be done about it: buttons. */
  actions?: ReactNode;
}

export function Notice({ tone = "info", children, actions }: NoticeProps) {
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={tone === "error" ? "alert" : "status"}>
      <div className={styles.text}>{children}</div>
      {actions}
    </div>
  );
}
