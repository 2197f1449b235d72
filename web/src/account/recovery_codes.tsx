/** New recovery codes, shown this once: they are in memory as long as they are on the screen. */

import { useUser } from "../session/session";
import { account } from "../strings/account";
import { Button } from "../ui/button";
import styles from "./account.module.css";
import { CopyButton } from "./copy_button";
import { saveBlob } from "./download";
import { takeFocus } from "./focus";

const words = account.recovery;

interface RecoveryCodesProps {
  codes: readonly string[];
  onKept: () => void;
}

export function RecoveryCodes({ codes, onKept }: RecoveryCodesProps) {
  const email = useUser()?.email ?? "";

  function save(): void {
    const text = `${words.fileHead(email)}\n\n${codes.join("\n")}\n`;
    saveBlob(new Blob([text], { type: "text/plain" }), words.fileName);
  }

  return (
    <>
      <h3 tabIndex={-1} ref={takeFocus}>
        {words.title}
      </h3>
      <p>{words.text}</p>
      <ol className={styles.codes}>
        {codes.map((code) => (
          <li key={code} className={styles.secret}>
            {code}
          </li>
        ))}
      </ol>
      <div className={styles.row}>
        <CopyButton text={codes.join("\n")} of={words.title} />
        <Button onClick={save}>{words.download}</Button>
        <Button variant="primary" onClick={onKept}>
          {words.kept}
        </Button>
      </div>
    </>
  );
}
