/** A menu behind a button. */

import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement, ReactNode } from "react";
import styles from "./menu.module.css";

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
  trigger: ReactElement;
  /** Groups of items, with a line between one and the next. */
  groups: MenuItem[][];
}

export function Menu({ trigger, groups }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} sideOffset={4} align="end">
          <Base.Popup className={styles.popup}>
            {groups.map((items, index) => (
              <Base.Group key={items[0]?.label}>
                {index > 0 && <Base.Separator className={styles.separator} />}
                {items.map((item) => (
                  <Base.Item
                    key={item.label}
                    className={`${styles.item} ${item.danger ? styles.danger : ""}`}
                    disabled={item.disabled ?? false}
                    onClick={item.onSelect}
                  >
                    {item.icon}
                    {item.label}
                    {item.keys && <kbd className={styles.keys}>{item.keys}</kbd>}
                  </Base.Item>
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
