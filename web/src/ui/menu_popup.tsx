/** What an open menu is made of. */

import { Menu as Base } from "@base-ui/react/menu";
import type { RefObject } from "react";
import type { MenuItem } from "./menu";
import styles from "./menu.module.css";

interface MenuPopupProps {
  /** The button that it hangs on, and that has the focus again afterwards. */
  anchor: RefObject<HTMLElement | null>;
  groups: MenuItem[][];
  onClose: () => void;
}

export default function MenuPopup({ anchor, groups, onClose }: MenuPopupProps) {
  return (
    <Base.Root open onOpenChange={(wanted) => !wanted && onClose()}>
      {/* Within the landmark that its button is in, for those who go from one to the next. */}
      <Base.Portal container={anchor.current?.closest<HTMLElement>("main, header")}>
        <Base.Positioner className={styles.positioner} anchor={anchor} sideOffset={4} align="end">
          <Base.Popup
            className={styles.popup}
            finalFocus={anchor}
            aria-label={anchor.current?.getAttribute("aria-label") ?? undefined}
          >
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
