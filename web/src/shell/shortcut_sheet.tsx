/** All keyboard shortcuts, and whether those of a single key count. */

import { useState } from "react";
import { shell } from "../strings/shell";
import { Dialog } from "../ui/dialog";
import { CheckField } from "../ui/field";
import { keyNames, singleKeysOn, switchSingleKeys, useAllCommands } from "./commands";
import styles from "./help.module.css";

export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const commands = useAllCommands().filter(({ keys }) => keys);
  const [single, setSingle] = useState(singleKeysOn);
  return (
    <Dialog title={shell.keyboardShortcuts} onClose={onClose}>
      {(["tasks", "go", "app"] as const).map((group) => (
        <section key={group} className={styles.group} aria-label={shell.shortcutGroups[group]}>
          <h3>{shell.shortcutGroups[group]}</h3>
          {commands
            .filter((command) => command.group === group)
            .map(({ id, label, keys }) => (
              <div key={id} className={styles.line}>
                <span>{label}</span>
                <span className={styles.keys}>
                  {keys?.map((one) => (
                    <kbd key={one}>{keyNames(one)}</kbd>
                  ))}
                </span>
              </div>
            ))}
        </section>
      ))}
      <div>
        <CheckField
          label={shell.singleKeys}
          checked={single}
          onChange={(event) => {
            switchSingleKeys(event.target.checked);
            setSingle(event.target.checked);
          }}
        />
        <p>{shell.singleKeysHint}</p>
      </div>
    </Dialog>
  );
}
