/** Getting in: the session that the service has granted begins, and the user goes on to where they wanted to be. */

import { useEffect } from "react";
import { useLocation, useSearch } from "wouter";
import type { components } from "../api/schema";
import { begin, destination } from "../session/session";

export type Grant = components["schemas"]["SessionGrant"];

/** In memory only: it goes from one of these pages to the next, and no further. */
let address = "";

/** The address that was typed at the page before. */
export function typedAddress(): string {
  return address;
}

/** The page that is next knows what is typed here. */
export function useTypedAddress(typed: string): void {
  useEffect(() => {
    address = typed;
  }, [typed]);
}

/** Lets the user in. */
export function useEntry(): (grant: Grant) => Promise<void> {
  const [, navigate] = useLocation();
  return async (grant) => {
    const next = destination(location.search);
    await begin(grant);
    address = "";
    navigate(next, { replace: true });
  };
}

/** The address of another of these pages, from which the user goes on to the same place. */
export function useHref(path: string): string {
  const next = new URLSearchParams(useSearch()).get("next");
  return next === null ? path : `${path}?${new URLSearchParams({ next })}`;
}
