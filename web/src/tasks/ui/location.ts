/** Addresses within the tasks pages: a list, and the task whose details are open over it. */

import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

const TASK = "task";

/** In the history's state: of details that were opened from a list, so that Back leads there. */
interface OpenedHere {
  openedHere: true;
  /** Where in them the keyboard begins. */
  part: Part | undefined;
}

/** A part of a task's details. */
export type Part = "subtasks";

/** The task whose details are open; null when none are. */
export function useOpenTask(): string | null {
  return new URLSearchParams(useSearch()).get(TASK);
}

/** Opens a task's details over the list that is shown. */
export function useOpenDetails(): (id: string, part?: Part) => void {
  const [, navigate] = useLocation();
  return useCallback(
    (id, part) => navigate(addressOf(id), { state: { openedHere: true, part } satisfies OpenedHere }),
    [navigate],
  );
}

/** The part of the open details that the keyboard begins at; nothing for their beginning. */
export function partToBeginAt(): Part | undefined {
  return (history.state as OpenedHere | null)?.part;
}

/** Closes the details: back to where they were opened from, or to the list below when the address came from elsewhere. */
export function useCloseDetails(): () => void {
  const [, navigate] = useLocation();
  return useCallback(() => {
    if ((history.state as OpenedHere | null)?.openedHere) history.back();
    else navigate(addressOf(null), { replace: true });
  }, [navigate]);
}

/** The address of a task's details over the list that is shown; with null, that of the list. */
export function addressOf(id: string | null): string {
  const query = new URLSearchParams(location.search);
  if (id === null) query.delete(TASK);
  else query.set(TASK, id);
  return query.size > 0 ? `${location.pathname}?${query}` : location.pathname;
}

/** A list's query without the task that is open over it. */
export function queryOfList(search: string): string {
  const query = new URLSearchParams(search);
  query.delete(TASK);
  return query.toString();
}
