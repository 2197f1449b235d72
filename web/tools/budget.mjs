/**
 * Fails when the first load is too large: the script that each first page needs before it can be used, gzipped.
 *
 * What is counted is what the browser loads for it: the entry, the page's own part, and all that these import
 * statically. Looks at `web/dist`, or at the build that is named: `node tools/budget.mjs FOLDER`.
 */

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 150 * 1024;
const FIRST_PAGES = ["src/tasks/ui/tasks_page.tsx", "src/auth/sign_in_page.tsx", "src/auth/sign_up_page.tsx"];

const dist = process.argv[2] ? pathToFileURL(`${process.argv[2]}/`) : new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** The files of a part and of everything that it imports statically. */
function files(part, found = new Set()) {
  const entry = manifest[part];
  if (!entry) throw new Error(`${part} is not a part of its own: nothing can be said about its size`);
  if (found.has(entry.file)) return found;
  found.add(entry.file);
  for (const imported of entry.imports ?? []) files(imported, found);
  return found;
}

let largest = 0;
for (const page of FIRST_PAGES) {
  const needed = new Set([...files("index.html"), ...files(page)]);
  const bytes = [...needed].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);
  largest = Math.max(largest, bytes);
  console.log(`first load of ${page}: ${(bytes / 1024).toFixed(1)} KB of script, gzipped, in ${needed.size} files`);
}
if (largest > BUDGET_BYTES) {
  console.error(`That is over the budget of ${BUDGET_BYTES / 1024} KB.`);
  process.exit(1);
}
