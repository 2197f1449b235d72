/** The app itself is kept on the device by a service worker, so that it opens without a network. */

interface ScriptUrlPolicies {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): string;
  };
}

const WORKER = "/sw.js";

/** Begins to keep it; not while it is being developed, when every load is to show what was just written. */
export function keepForOffline(): void {
  // A part of a version that is gone from the service: the page is loaded anew, as the present version.
  window.addEventListener("vite:preloadError", () => {
    // Without a network there would be no page at all.
    if (navigator.onLine) location.reload();
  });
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = () => void navigator.serviceWorker.register(trusted(WORKER)).catch(() => {});
  // Its downloads do not compete with what the first page needs.
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register);
}

/** The content security policy lets scripts be named by this policy alone (Trusted Types). */
function trusted(url: string): string {
  const policies = (window as { trustedTypes?: ScriptUrlPolicies }).trustedTypes;
  if (!policies) return url;
  const policy = policies.createPolicy("taskward", {
    createScriptURL: (asked) => {
      if (asked !== WORKER) throw new TypeError("not a script of this app");
      return asked;
    },
  });
  return policy.createScriptURL(url);
}
