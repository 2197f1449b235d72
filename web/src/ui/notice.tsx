/** Something to know, in the page; told to screen readers when it appears. */

import { type ReactNode, useLayoutEffect, useRef } from "react";
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
  const element = useRef<HTMLDivElement>(null);
  // A button can take away the notice that it stands in: the keyboard goes on in what was around it.
  useLayoutEffect(() => {
    const notice = element.current;
    const around = notice?.closest<HTMLElement>('[role="dialog"], main');
    return () => {
      if (notice?.contains(document.activeElement)) around?.focus({ preventScroll: true });
    };
  }, []);
  const role = silent ? undefined : tone === "error" ? "alert" : "status";
  return (
    <div ref={element} className={`${styles.notice} ${styles[tone]}`} role={role}>
      <div className={styles.text}>{children}</div>
      {actions}
    </div>
  );
}
