/**
 * Writes how long the texts in requests may be, as the OpenAPI document says: for each request a constant with its
 * members. What is not in the document any more does not compile.
 */

import { readFileSync, writeFileSync } from "node:fs";

const DOCUMENT = new URL("../../functions/discovery/openapi.json", import.meta.url);
const WRITTEN = new URL("../src/api/lengths.ts", import.meta.url);

const { components } = JSON.parse(readFileSync(DOCUMENT, "utf8"));
const lines = ["/** Made from the OpenAPI document, in code points. */"];
for (const [name, schema] of Object.entries(components.schemas)) {
  const members = Object.entries(schema.properties ?? {}).flatMap(([member, described]) => {
    const { minLength = 0, maxLength } = [described, ...(described.anyOf ?? [])].find((one) => one.maxLength) ?? {};
    return maxLength ? [[member, { minLength, maxLength }]] : [];
  });
  if (members.length > 0) lines.push(`export const ${name} = ${JSON.stringify(Object.fromEntries(members))};`);
}
writeFileSync(WRITTEN, `${lines.join("\n")}\n`);
