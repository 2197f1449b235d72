/** A line of the navigation. */

import type { ReactNode } from "react";
import { Link } from "wouter";
import styles from "./frame.module.css";

interface NavLinkProps {
  href: string;
  icon: ReactNode;
  label: string;
  /** How many things are there; nothing is shown for 0. */
  count?: number;
  current: boolean;
}

export function NavLink({ href, icon, label, count = 0, current }: NavLinkProps) {
  return (
    <li>
      <Link href={href} className={styles.link} aria-current={current ? "page" : undefined}>
        {icon}
        <span>{label}</span>
        {count > 0 && <span className={styles.count}>{count}</span>}
      </Link>
    </li>
  );
}

export function NavLinks({ children }: { children: ReactNode }) {
  return <ul className={styles.links}>{children}</ul>;
}
