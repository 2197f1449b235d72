/** What stands around every page of who is signed in: header, navigation, and where the page itself is. */

import { Menu as MenuIcon, X } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { common } from "../strings/common";
import { shell } from "../strings/shell";
import { IconButton } from "../ui/button";
import { useTitle } from "../ui/title";
import { AccountMenu } from "./account_menu";
import { ConnectionNotice, ConnectionStatus } from "./connection";
import styles from "./frame.module.css";

interface FrameProps {
  /** The page's name: its heading, and the title in the browser. */
  title: string;
  /** The navigation: `NavLinks`. */
  nav: ReactNode;
  children: ReactNode;
}

export function Frame({ title, nav, children }: FrameProps) {
  const [open, setOpen] = useState(false);
  const [path] = useLocation();
  const opener = useRef<HTMLButtonElement>(null);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useTitle(title);

  // Another page: those who use a keyboard or a screen reader begin at its heading, like everybody else.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what it is about.
  useEffect(() => {
    setOpen(false);
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path]);

  function close(): void {
    setOpen(false);
    opener.current?.focus();
  }

  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#main">
        {shell.skip}
      </a>
      <header className={styles.header}>
        <IconButton
          ref={opener}
          className={styles.onlyNarrow}
          label={shell.openNavigation}
          icon={<MenuIcon size={20} />}
          aria-expanded={open}
          onClick={() => setOpen(true)}
        />
        <Link href="~/" className={styles.brand}>
          <img src="/icon.svg" width={24} height={24} alt="" />
          {common.name}
        </Link>
        <span className={styles.space} />
        <ConnectionStatus />
        <AccountMenu />
      </header>
      {open && <button type="button" className={styles.shade} tabIndex={-1} aria-hidden="true" onClick={close} />}
      <nav
        className={styles.nav}
        data-open={open || undefined}
        onKeyDown={(event) => {
          if (event.key === "Escape" && open) close();
        }}
      >
        {open && (
          <IconButton
            autoFocus
            className={styles.navClose}
            label={shell.closeNavigation}
            icon={<X size={20} />}
            onClick={close}
          />
        )}
        {nav}
      </nav>
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <ConnectionNotice />
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
