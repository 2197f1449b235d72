/** The service worker of a build: a file of its own at the root, which knows the names of all others. */

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** Not kept for when somebody is offline: the list of common passwords is large, and not needed then. */
const LEFT_OUT = "strength";
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
        const page = bundle["index.html"];
        if (page?.type !== "asset") throw new Error("there is no index.html among what was built");
        // Under a name of its own: while a release is published, index.html may still be that of the one before, which
        // leads to files that this one does not keep.
        const copy = this.getFileName(this.emitFile({ type: "asset", name: "page.html", source: page.source }));
        const assets = Object.values(bundle)
          .filter((file) => file.fileName.startsWith("assets/") && file.name !== LEFT_OUT)
          .map((file) => file.fileName);
        const files = [...new Set([...assets, copy])].map((name) => `/${name}`).sort();
        const version = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
        worker.code = worker.code
          .replaceAll("__FILES__", JSON.stringify([...files, ...PUBLIC_FILES]))
          .replaceAll("__PAGE__", JSON.stringify(`/${copy}`))
          .replaceAll("__VERSION__", JSON.stringify(version));
      },
    },
  };
}
