/** What shown messages are made of. */

import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { common } from "../strings/common";
import buttons from "./button.module.css";
import { type Message, withdraw } from "./toasts";
import styles from "./toasts.module.css";

/** Long enough to read it, and to reach its button by keyboard. */
const MILLISECONDS = 10_000;

export default function ToastViewport({ messages }: { messages: readonly Message[] }) {
  return (
    <Toast.Provider limit={3}>
      <Exchange messages={messages} />
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

/** Hands new messages on, and takes those away that were withdrawn. */
function Exchange({ messages }: { messages: readonly Message[] }) {
  const { add, close } = Toast.useToastManager();
  const ids = useRef(new Map<number, string>());
  useEffect(() => {
    for (const message of messages) {
      if (!ids.current.has(message.number)) ids.current.set(message.number, add(optionsOf(message)));
    }
    for (const [number, id] of ids.current) {
      if (messages.some((message) => message.number === number)) continue;
      ids.current.delete(number);
      close(id);
    }
  }, [messages, add, close]);
  return null;
}

function optionsOf({ number, title, error = false, description, action }: Message) {
  return {
    title,
    description,
    type: error ? "error" : "info",
    priority: error ? ("high" as const) : ("low" as const),
    timeout: error ? 0 : MILLISECONDS,
    onClose: () => withdraw(number),
    ...(action && {
      actionProps: {
        children: action.label,
        onClick: () => {
          withdraw(number);
          action.run();
        },
      },
    }),
  };
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
