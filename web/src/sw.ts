/**
 * The service worker: keeps the app's own files, all of which are public. What belongs to a user is never here, and
 * requests to the API pass by.
 */

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: the app's files, the page among them, and what changes when one of them does. */
declare const __FILES__: string[];
declare const __PAGE__: string;
declare const __VERSION__: string;

const CACHE = `app-${__VERSION__}`;
/** Longer than that, and what is kept is shown. */
const PATIENCE_MILLISECONDS = 3_000;
/** From this status on, the host has failed. */
const FAILING = 500;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(__FILES__)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.map((name) => (name === CACHE ? false : caches.delete(name)))))
      // The page of the very first visit, too, gets its later parts from here.
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/api/") || url.pathname.startsWith("/_")) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (__FILES__.includes(url.pathname)) event.respondWith(kept(request));
});

async function page(request: Request): Promise<Response> {
  // The newest version, whenever it can be had.
  const newest = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) }).catch(() => null);
  if (newest && newest.status < FAILING) return newest;
  return (await caches.match(__PAGE__)) ?? newest ?? Response.error();
}

async function kept(request: Request): Promise<Response> {
  // A file is the same whoever asks for it.
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

export {};
