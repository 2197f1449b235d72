/** The token of a link that came by mail: it stands behind `#token=`, where no server sees it. */

import { useEffect, useState } from "react";

/** Takes the token out of the address bar, and so out of the history. Null when the link has none. */
export function useLinkToken(): string | null {
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get("token"));
  useEffect(() => {
    history.replaceState(history.state, "", location.pathname + location.search);
    // Another link of the same kind, opened in the same tab, loads no page by itself.
    const reload = () => location.hash && location.reload();
    window.addEventListener("hashchange", reload);
    return () => window.removeEventListener("hashchange", reload);
  }, []);
  return token;
}
