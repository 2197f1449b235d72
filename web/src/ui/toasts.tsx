/** Short messages that go away by themselves, with something to do about them at most. F6 leads there. */

import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { common } from "../strings/common";
import buttons from "./button.module.css";
import styles from "./toasts.module.css";

const manager = Toast.createToastManager();
/** Long enough to read it, and to reach its button by keyboard. */
const MILLISECONDS = 10_000;

interface Options {
  /** What went wrong is told at once, and stays until it is closed. */
  error?: boolean;
  description?: string;
  action?: { label: string; run: () => void };
}

/** Shows a message; returns how to take it away again. */
export function toast(title: string, { error = false, description, action }: Options = {}): () => void {
  const id = manager.add({
    title,
    description,
    type: error ? "error" : "info",
    priority: error ? "high" : "low",
    timeout: error ? 0 : MILLISECONDS,
    ...(action && {
      actionProps: {
        children: action.label,
        onClick: () => {
          manager.close(id);
          action.run();
        },
      },
    }),
  });
  return () => manager.close(id);
}

/** Where they appear; once in the page. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Shown() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((shown) => (
    <Toast.Root key={shown.id} toast={shown} className={styles.toast} swipeDirection={["down", "right"]}>
      <Toast.Content>
        <Toast.Title className={styles.title} render={<p />} />
        <Toast.Description />
      </Toast.Content>
      {shown.actionProps && <Toast.Action className={`${buttons.button} ${buttons.secondary}`} />}
      <Toast.Close className={`${buttons.button} ${buttons.icon}`} aria-label={common.close}>
        <X size={18} />
      </Toast.Close>
    </Toast.Root>
  ));
}
