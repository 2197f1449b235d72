/** The service worker of a build: a file of its own at the root, which knows the names of all others. */

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** Too large to be kept for when somebody is offline: it is not needed then. */
const LARGEST_BYTES = 300_000;
const PUBLIC_FILES = ["/icon.svg", "/manifest.webmanifest"];

export function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const worker = bundle["sw.js"];
        if (worker?.type !== "chunk") throw new Error("there is no sw.js among what was built");
        const files = Object.values(bundle)
          .filter((file) => file.fileName.startsWith("assets/") && size(file) <= LARGEST_BYTES)
          .map((file) => `/${file.fileName}`)
          .sort();
        const page = bundle["index.html"];
        const version = createHash("sha256")
          .update(JSON.stringify(files) + (page?.type === "asset" ? page.source : ""))
          .digest("hex")
          .slice(0, 16);
        worker.code = worker.code
          .replaceAll("__FILES__", JSON.stringify([...files, ...PUBLIC_FILES]))
          .replaceAll("__VERSION__", JSON.stringify(version));
      },
    },
  };
}

function size(file: { type: "chunk"; code: string } | { type: "asset"; source: string | Uint8Array }): number {
  return file.type === "chunk" ? file.code.length : file.source.length;
}
