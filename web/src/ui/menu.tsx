/** A menu behind a button. What it is made of is loaded when the first one opens. */

import {
  type ComponentProps,
  cloneElement,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useRef,
  useState,
} from "react";
import { part } from "./part";
import { tellMissing } from "./toasts";

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  /** The keys that do the same. */
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement<ComponentProps<"button">>;
  /** Groups of items, with a line between one and the next. */
  groups: MenuItem[][];
}

const MenuPopup = part(() => import("./menu_popup"), tellMissing);

export function Menu({ trigger, groups }: MenuProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  function openByArrow(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    setOpen(true);
  }

  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        "aria-haspopup": "menu",
        "aria-expanded": open,
        onClick: () => setOpen(true),
        onKeyDown: openByArrow,
      })}
      {open && <MenuPopup anchor={button} groups={groups} onClose={() => setOpen(false)} />}
    </>
  );
}
