/** A page of somebody who is not in yet: a card in the middle, with one thing to do. */

import { type ReactNode, useEffect, useRef } from "react";
import { common } from "../strings/common";
import { useTitle } from "../ui/title";
import styles from "./auth.module.css";

interface AuthLayoutProps {
  title: string;
  children: ReactNode;
  /** Where else to go. */
  footer?: ReactNode;
}

export function AuthLayout({ title, children, footer }: AuthLayoutProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(title);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another title means another page
  useEffect(() => {
    // What had the focus is gone with what was here before: the reader goes on at the top.
    if (document.activeElement === document.body) heading.current?.focus();
  }, [title]);
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <p className={styles.product}>
          <img src="/icon.svg" alt="" width="24" height="24" />
          {common.name}
        </p>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        {children}
      </div>
      {footer && <p className={styles.footer}>{footer}</p>}
    </main>
  );
}
