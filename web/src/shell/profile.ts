/** The profile of who is signed in, kept up to date. */

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "../api/client";
import { unwrap } from "../api/problems";
import { updateUser, useUser } from "../session/session";

/** Reads the profile anew when the app is opened and come back to, and gives it this device's time zone if it has none. */
export function useProfile(): void {
  const known = useUser();
  const { data } = useQuery({
    queryKey: ["account"],
    queryFn: async () => (await unwrap(api.GET("/account"))).data,
  });
  useEffect(() => {
    if (data) updateUser(data);
  }, [data]);

  const missing = known !== null && data?.timezone === null;
  useEffect(() => {
    if (!missing) return;
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // It can wait: without it the service takes UTC, and every question of ours names the zone anyway.
    api.PATCH("/account", { body: { timezone } }).then(
      ({ data: changed }) => changed && updateUser(changed),
      () => {},
    );
  }, [missing]);
}
