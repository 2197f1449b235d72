/** A dialog over the page: it holds the focus, and gives it back; Escape closes it. */

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import { common } from "../strings/common";
import { Button, IconButton } from "./button";
import styles from "./dialog.module.css";

interface DialogProps {
  open?: boolean;
  title: string;
  /** The user wants it closed. */
  onClose: () => void;
  children: ReactNode;
  /** The buttons at its end. */
  actions?: ReactNode;
  /** A CSS length. */
  width?: string;
}

export function Dialog({ open = true, title, onClose, children, actions, width }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(wanted) => !wanted && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} style={width ? ({ "--dialog-width": width } as CSSProperties) : undefined}>
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

interface ConfirmDialogProps extends Omit<DialogProps, "actions"> {
  /** What the button says that does it. */
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
}

/** Asks before something is done that cannot be taken back. */
export function ConfirmDialog({ confirm, danger, busy, onConfirm, children, ...rest }: ConfirmDialogProps) {
  return (
    <Dialog
      {...rest}
      actions={
        <>
          <Button onClick={rest.onClose}>{common.cancel}</Button>
          <Button variant={danger ? "danger" : "primary"} busy={busy ?? false} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
