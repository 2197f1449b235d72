/** The command palette and the sheet of shortcuts: loaded when somebody wants one. */

import { observable } from "../observable";
import { part } from "../ui/part";
import { tellMissing } from "../ui/toasts";

type Help = "palette" | "shortcuts";

const Palette = part(() => import("./palette"), tellMissing);
const ShortcutSheet = part(() => import("./shortcut_sheet"), tellMissing);

const shown = observable<Help | null>(null);

export function openHelp(which: Help): void {
  shown.set(which);
}

/** Where they appear; once in the page. */
export function HelpDialogs() {
  const which = shown.use();
  const close = () => shown.set(null);
  return (
    <>
      {which === "palette" && <Palette onClose={close} />}
      {which === "shortcuts" && <ShortcutSheet onClose={close} />}
    </>
  );
}
