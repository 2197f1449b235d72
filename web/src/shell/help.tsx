/** The command palette and the sheet of shortcuts: loaded when somebody wants one. */

import { useSyncExternalStore } from "react";
import { part } from "../ui/part";
import { tellMissing } from "../ui/toasts";

type Help = "palette" | "shortcuts";

const Palette = part(() => import("./palette"), tellMissing);
const ShortcutSheet = part(() => import("./shortcut_sheet"), tellMissing);

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
    <>
      {which === "palette" && <Palette onClose={() => show(null)} />}
      {which === "shortcuts" && <ShortcutSheet onClose={() => show(null)} />}
    </>
  );
}

function show(which: Help | null): void {
  shown = which;
  for (const listener of listeners) listener();
}
