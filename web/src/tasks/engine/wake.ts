/** When to look for what is new: whenever somebody comes back to the tab, or the network comes or goes, and now and then. */

const INTERVAL_MILLISECONDS = 60_000;

/** @returns how to stop it. */
export function onWake(wake: () => void): () => void {
  const stop = new AbortController();
  const whenVisible = () => {
    if (document.visibilityState === "visible") wake();
  };
  window.addEventListener("focus", wake, { signal: stop.signal });
  window.addEventListener("online", wake, { signal: stop.signal });
  // The attempt fails, and so it is known at once that changes wait.
  window.addEventListener("offline", wake, { signal: stop.signal });
  document.addEventListener("visibilitychange", whenVisible, { signal: stop.signal });
  const timer = setInterval(whenVisible, INTERVAL_MILLISECONDS);
  return () => {
    stop.abort();
    clearInterval(timer);
  };
}
