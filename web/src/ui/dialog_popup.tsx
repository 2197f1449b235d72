/** What an open dialog is made of. */

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { CSSProperties } from "react";
import { common } from "../strings/common";
import { IconButton } from "./button";
import type { DialogProps } from "./dialog";
import styles from "./dialog.module.css";

export default function DialogPopup({
  title,
  onClose,
  children,
  actions,
  width,
  focusFirst,
}: Omit<DialogProps, "open">) {
  return (
    <Base.Root open onOpenChange={(wanted) => !wanted && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          className={styles.popup}
          style={width ? ({ "--dialog-width": width } as CSSProperties) : undefined}
          initialFocus={focusFirst}
        >
          <div className={styles.head}>
            <Base.Title>{title}</Base.Title>
            <Base.Close render={<IconButton label={common.close} icon={<X size={20} />} />} />
          </div>
          {children}
          {actions && <div className={styles.actions}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
