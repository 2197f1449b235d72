/** A part of an account page, with a heading of its own where there are several. */

import { type ReactNode, useId } from "react";
import styles from "./account.module.css";

interface SectionProps {
  title?: string;
  children: ReactNode;
}

export function Section({ title, children }: SectionProps) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={title && id}>
      {title && <h2 id={id}>{title}</h2>}
      {children}
    </section>
  );
}
