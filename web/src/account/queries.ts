/** What the account pages read from the service. */

import { queryOptions } from "@tanstack/react-query";
import { api } from "../api/client";
import { unwrap } from "../api/problems";

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: async () => (await unwrap(api.GET("/auth/sessions"))).data,
});

export const secondFactorQuery = queryOptions({
  queryKey: ["second-factor"],
  queryFn: async () => (await unwrap(api.GET("/account/second-factor"))).data,
});

export const passkeysQuery = queryOptions({
  queryKey: ["passkeys"],
  queryFn: async () => (await unwrap(api.GET("/account/passkeys"))).data,
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: async () => (await unwrap(api.GET("/account/tokens"))).data,
});
