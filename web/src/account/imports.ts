/** Files of tasks on their way into the service. */

import { api } from "../api/client";
import { unwrap } from "../api/problems";
import type { components, paths } from "../api/schema";
import type { Job } from "./jobs";

export type ImportFormat = NonNullable<NonNullable<paths["/tasks/import"]["post"]["parameters"]["query"]>["format"]>;
type Report = components["schemas"]["ImportReport"];

/** What one request may bring. */
export const MAX_BYTES = 1_048_576;

const MEDIA_TYPES: Record<ImportFormat, string> = {
  json: "application/json",
  csv: "text/csv",
  ics: "text/calendar",
  todoist: "text/csv",
};

const FORMATS: Record<string, ImportFormat[]> = { json: ["json"], csv: ["csv", "todoist"], ics: ["ics"] };

/** What a file may be, by the end of its name; the likeliest first. */
export function formatsOf(name: string): readonly ImportFormat[] {
  return FORMATS[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? [];
}

/** What became of it, or a job when there are many rows. */
export async function sendImport(content: Blob, format: ImportFormat, dryRun: boolean): Promise<Report | Job> {
  const { data } = await unwrap(
    api.POST("/tasks/import", {
      params: { query: { format, dry_run: dryRun ? "true" : "false" } },
      headers: { "Content-Type": MEDIA_TYPES[format] },
      // The file goes as it is: whether it is what its type says is the service's to judge.
      body: "",
      bodySerializer: () => content,
    }),
  );
  return data;
}
