/** The command palette: all commands, found by their names. */

import { Autocomplete } from "@base-ui/react/autocomplete";
import { useRef } from "react";
import { shell } from "../strings/shell";
import { Dialog } from "../ui/dialog";
import { type Command, keyNames, useAllCommands } from "./commands";
import styles from "./help.module.css";

export default function Palette({ onClose }: { onClose: () => void }) {
  const commands = useAllCommands();
  const field = useRef<HTMLInputElement>(null);

  function run(command: Command): void {
    onClose();
    // After the dialog has given the focus back: a command may move it.
    setTimeout(command.run);
  }

  return (
    <Dialog title={shell.commands} onClose={onClose} width="36rem" focusFirst={field}>
      <Autocomplete.Root
        open
        inline
        items={commands as Command[]}
        itemToStringValue={(command: Command) => command.label}
        autoHighlight="always"
        keepHighlight
      >
        <Autocomplete.Input
          ref={field}
          className={styles.input}
          aria-label={shell.searchCommands}
          placeholder={shell.searchCommands}
        />
        <Autocomplete.Empty>{shell.noCommand}</Autocomplete.Empty>
        <Autocomplete.List className={styles.list}>
          {(command: Command) => (
            <Autocomplete.Item key={command.id} value={command} className={styles.option} onClick={() => run(command)}>
              <span>{command.label}</span>
              <span className={styles.keys}>
                {command.keys?.slice(0, 1).map((keys) => (
                  <kbd key={keys}>{keyNames(keys)}</kbd>
                ))}
              </span>
            </Autocomplete.Item>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </Dialog>
  );
}
