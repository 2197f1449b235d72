/** What the service was asked for: awaited, there, or not to be had. What was there stays visible when it cannot be read anew. */

import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Refused } from "../api/problems";
import { account } from "../strings/account";
import { common } from "../strings/common";
import { Button } from "../ui/button";
import { Notice } from "../ui/notice";

interface LoadedProps<Data> {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}

export function Loaded<Data>({ query, children }: LoadedProps<Data>) {
  const { data, error, fetchStatus } = query;
  const retry = (
    <Button busy={fetchStatus === "fetching"} onClick={() => void query.refetch()}>
      {common.retry}
    </Button>
  );
  // Paused: the browser knows that there is no network.
  const paused = fetchStatus === "paused";
  const reason = error instanceof Refused ? error.sentence : common.unreachable;
  if (data === undefined) {
    if (!error && !paused) return <p role="status">{common.loading}…</p>;
    return (
      <Notice tone="error" actions={retry}>
        {reason}
      </Notice>
    );
  }
  return (
    <>
      {(error || paused) && (
        <Notice tone="warning" actions={retry}>
          {account.stale} {reason}
        </Notice>
      )}
      {children(data)}
    </>
  );
}
