/** Waiting that the service asks for. */

import { useEffect, useState } from "react";

/**
 * Counts the seconds down to a moment.
 *
 * @param until on the clock of `Date.now`; null when there is nothing to wait for.
 * @returns whole seconds left, 0 when it is over.
 */
export function useSecondsUntil(until: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === null) return;
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= until) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}
