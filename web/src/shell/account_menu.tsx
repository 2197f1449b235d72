/** The menu of who is signed in. */

import { CircleUser, Command as CommandIcon, Keyboard, LogOut, Settings } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { signOut, useUser } from "../session/session";
import { shell } from "../strings/shell";
import { useSnapshot } from "../tasks/use_tasks";
import { IconButton } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { Menu } from "../ui/menu";
import { keyNames } from "./commands";
import { openHelp } from "./help";

export function AccountMenu() {
  const user = useUser();
  const { queued } = useSnapshot();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);

  return (
    <>
      <Menu
        trigger={<IconButton label={shell.accountMenu(user?.email ?? "")} icon={<CircleUser size={24} />} />}
        groups={[
          [
            {
              label: shell.account,
              icon: <Settings size={18} />,
              onSelect: () => navigate("~/account/profile"),
            },
            {
              label: shell.commands,
              icon: <CommandIcon size={18} />,
              keys: keyNames("Ctrl+K"),
              onSelect: () => openHelp("palette"),
            },
            {
              label: shell.keyboardShortcuts,
              icon: <Keyboard size={18} />,
              keys: "?",
              onSelect: () => openHelp("shortcuts"),
            },
          ],
          [
            {
              label: shell.signOut,
              icon: <LogOut size={18} />,
              onSelect: () => (queued > 0 ? setAsking(true) : void signOut()),
            },
          ],
        ]}
      />
      <ConfirmDialog
        open={asking}
        title={shell.unsentTitle}
        confirm={shell.signOutAnyway}
        danger
        onClose={() => setAsking(false)}
        onConfirm={() => void signOut()}
      >
        <p>{shell.unsent(queued)}</p>
      </ConfirmDialog>
    </>
  );
}
