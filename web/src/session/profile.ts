/** The profile of who is signed in, kept up to date. */

import { useEffect } from "react";
import { api } from "../api/client";
import { signedInUser, updateUser, useUser } from "./session";

/** Reads the profile anew when the app is opened, and gives it this device's time zone if it has none. */
export function useProfile(): void {
  const id = useUser()?.id;
  useEffect(() => {
    if (id) void readProfile().then(nameTimezone);
  }, [id]);
}

/** Reads it anew. Without an answer the one that is remembered has to do, so nobody is told. */
export async function readProfile(): Promise<void> {
  const { data } = await api.GET("/account").catch(() => ({ data: undefined }));
  if (data) updateUser(data);
}

async function nameTimezone(): Promise<void> {
  if (signedInUser()?.timezone !== null) return;
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { data } = await api.PATCH("/account", { body: { timezone } }).catch(() => ({ data: undefined }));
  if (data) updateUser(data);
}
