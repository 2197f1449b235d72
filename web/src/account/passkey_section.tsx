/** The passkeys of the account: added, renamed, removed. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import type { components } from "../api/schema";
import { useUser } from "../session/session";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import { ConfirmDialog } from "../ui/dialog";
import { toast } from "../ui/toasts";
import styles from "./account.module.css";
import { useAction } from "./action";
import { useChanged } from "./changed";
import { deviceName } from "./device";
import { Loaded } from "./loaded";
import { PasskeyRenaming } from "./passkey_renaming";
import { makePasskey, passkeysSupported } from "./passkeys";
import { Problem } from "./problem";
import { passkeysQuery } from "./queries";
import { Section } from "./section";
import { VerifyFirst } from "./verify_first";
import { When } from "./when";

type Passkey = components["schemas"]["Passkey"];

const words = account.passkeys;

export function PasskeySection() {
  const query = useQuery(passkeysQuery);
  const [renaming, setRenaming] = useState<Passkey | null>(null);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  return (
    <Section title={words.title}>
      <p>{words.about}</p>
      <Loaded query={query}>
        {(passkeys) =>
          passkeys.length === 0 ? (
            <p>{words.none}</p>
          ) : (
            <ul className={styles.list}>
              {passkeys.map((passkey) => (
                <Line
                  key={passkey.id}
                  passkey={passkey}
                  onRename={() => setRenaming(passkey)}
                  onRemove={() => setRemoving(passkey)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Addition />
      {renaming && <PasskeyRenaming passkey={renaming} onClose={() => setRenaming(null)} />}
      {removing && <Removal passkey={removing} onClose={() => setRemoving(null)} />}
    </Section>
  );
}

interface LineProps {
  passkey: Passkey;
  onRename: () => void;
  onRemove: () => void;
}

function Line({ passkey, onRename, onRemove }: LineProps) {
  return (
    <li className={styles.item}>
      <div className={styles.facts}>
        <span className={styles.name}>{passkey.name}</span>
        <span className={styles.soft}>
          {words.made} <When at={passkey.created_at} exactly />,{" "}
          {passkey.last_used_at ? (
            <>
              {words.used} <When at={passkey.last_used_at} />
            </>
          ) : (
            words.unused
          )}
        </span>
        {passkey.backed_up && <span className={styles.soft}>{words.synchronised}</span>}
      </div>
      <div className={styles.row}>
        <Button aria-label={words.renameOf(passkey.name)} onClick={onRename}>
          {words.rename}
        </Button>
        <Button variant="danger" aria-label={words.removeOf(passkey.name)} onClick={onRemove}>
          {words.remove}
        </Button>
      </div>
    </li>
  );
}

function Addition() {
  const verified = useUser()?.email_verified ?? false;
  const { question, ...action } = useAction();
  const changed = useChanged();
  const add = () =>
    action.run(async () => {
      const { name } = await makePasskey(deviceName(navigator.userAgent));
      changed("passkeys");
      toast(words.added(name));
    });
  if (!passkeysSupported) return <p>{account.passkeyProblems.unsupported}</p>;
  if (!verified) return <VerifyFirst />;
  return (
    <>
      <Problem {...action} />
      <Button busy={action.busy} onClick={add}>
        {words.add}
      </Button>
      {question}
    </>
  );
}

function Removal({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const { question, ...action } = useAction();
  const changed = useChanged();
  const remove = () =>
    action.run(async () => {
      await unwrap(api.DELETE("/account/passkeys/{id}", { params: { path: { id: passkey.id } } }));
      changed("passkeys");
      toast(words.removed);
      onClose();
    });
  return (
    <ConfirmDialog
      title={words.removeTitle}
      confirm={words.remove}
      danger
      busy={action.busy}
      onConfirm={remove}
      onClose={onClose}
    >
      <p>{words.removeText(passkey.name)}</p>
      <Problem {...action} />
      {question}
    </ConfirmDialog>
  );
}
