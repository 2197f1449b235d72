/** What the account pages have read from the service: kept while it is fresh, and read again after a change. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Refused } from "../api/problems";

const RETRIES = 3;
const FRESH_MILLISECONDS = 10_000;

/** One for as long as the tab is open: who comes back to a page sees at once what was there. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MILLISECONDS,
      // What the service has understood and refused, it refuses again.
      retry: (failures, error) => failures < RETRIES && !(error instanceof Refused && !error.passing),
    },
  },
});

export function ServerState({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
}
