/** The command palette and the sheet of shortcuts: loaded when somebody wants one. */

import { lazy, Suspense, useSyncExternalStore } from "react";

type Help = "palette" | "shortcuts";

const Palette = lazy(() => import("./palette"));
const ShortcutSheet = lazy(() => import("./shortcut_sheet"));

let shown: Help | null = null;
const listeners = new Set<() => void>();

export function openHelp(which: Help): void {
  show(which);
}

/** Where they appear; once in the page. */
export function HelpDialogs() {
  const which = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <Suspense>
      {which === "palette" && <Palette onClose={() => show(null)} />}
      {which === "shortcuts" && <ShortcutSheet onClose={() => show(null)} />}
    </Suspense>
  );
}

function show(which: Help | null): void {
  shown = which;
  for (const listener of listeners) listener();
}
