/** How it stands between this device and the service, where it can be seen. */

import { Cloud, CloudOff, CloudUpload } from "lucide-react";
import { common } from "../strings/common";
import { shell } from "../strings/shell";
import { taskStore, useSnapshot } from "../tasks/use_tasks";
import { Button } from "../ui/button";
import { Notice } from "../ui/notice";
import { useSecondsUntil } from "../ui/waiting";
import styles from "./connection.module.css";

/** A sign in the header. */
export function ConnectionStatus() {
  const { connection, queued } = useSnapshot();
  const Icon = connection.state !== "connected" ? CloudOff : queued > 0 ? CloudUpload : Cloud;
  const text = connection.state === "offline" ? shell.offline : queued > 0 ? shell.sending(queued) : shell.connected;
  return (
    <span className={styles.status} title={text} data-connection={connection.state} data-queued={queued}>
      <Icon size={20} aria-hidden />
      <span className="visually-hidden">{text}</span>
    </span>
  );
}

/** A notice above the page while what it shows may be out of date. */
export function ConnectionNotice() {
  const { connection, queued, loaded, kept } = useSnapshot();
  const seconds = useSecondsUntil(connection.state === "refused" ? connection.retryAt : null);
  const isAtRisk = loaded && !kept && queued > 0;
  if (connection.state === "connected") return isAtRisk && <Notice tone="warning">{shell.notKept(queued)}</Notice>;
  const retry = <Button onClick={() => void taskStore().sync()}>{common.retry}</Button>;
  if (connection.state === "offline") {
    return (
      <Notice tone="warning" actions={retry}>
        {shell.offline} {isAtRisk ? shell.notKept(queued) : shell.offlineQueued(queued)}
      </Notice>
    );
  }
  return (
    <Notice tone="warning" actions={seconds === 0 && retry}>
      {shell.refused(connection.reason)} {seconds > 0 && <span aria-hidden>{shell.retryIn(seconds)}</span>}
    </Notice>
  );
}
