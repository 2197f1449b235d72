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
const PAGE = "/index.html";
const TIMEOUT_MILLISECONDS = 10_000;

/** Begins to keep it; not while it is being developed, when every load is to show what was just written. */
export function keepForOffline(): void {
  window.addEventListener("vite:preloadError", () => void reloadIfReplaced());
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = () => void navigator.serviceWorker.register(trusted(WORKER)).catch(() => {});
  // Its downloads do not compete with what the first page needs.
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register);
}

/**
 * A part could not be had: of a version that is gone from the service, the page is loaded anew, as the present one. If
 * it is for lack of a network, or for another reason, that would take what was typed, and go on without end.
 */
async function reloadIfReplaced(): Promise<void> {
  const script = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
  const present = await presentPage().catch(() => null);
  if (script && present !== null && !present.includes(new URL(script.src).pathname)) location.reload();
}

/** The page as the service has it; null when it cannot say. */
async function presentPage(): Promise<string | null> {
  const answer = await fetch(PAGE, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
  return answer.ok ? answer.text() : null;
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
