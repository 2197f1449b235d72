/** Dialogs. What they are made of is loaded when the first one opens. */

import type { ReactNode, RefObject } from "react";
import { common } from "../strings/common";
import { Button } from "./button";
import { part } from "./part";
import { tellMissing } from "./toasts";

export interface DialogProps {
  open?: boolean;
  title: string;
  /** The user wants it closed. */
  onClose: () => void;
  children: ReactNode;
  /** The buttons at its end. */
  actions?: ReactNode;
  /** A CSS length. */
  width?: string;
  /** What has the focus first; else whatever comes first. */
  focusFirst?: RefObject<HTMLElement | null>;
}

const DialogPopup = part(() => import("./dialog_popup"), tellMissing);

/** A dialog over the page: it holds the focus, and gives it back; Escape closes it. */
export function Dialog({ open = true, ...rest }: DialogProps) {
  return open && <DialogPopup {...rest} />;
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
