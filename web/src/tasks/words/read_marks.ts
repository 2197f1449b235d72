/** What is marked in a typed text: `#tag`, `!priority`, and what is to stay text: `\#word`, "in quotation marks". */

import type { Priority } from "../model";
import { blotted, type Span } from "./reading";

const MOST_TAGS = 20;
const LONGEST_TAG = 50;

const QUOTED = /"[^"]*"|“[^”]*”/gu;
const ESCAPED = /(?<!\S)\\(?=[#!\p{L}\p{N}])\S+/gu;
const END = "(?=[.,;:!?)]*(?:\\s|$))";
const TAG = new RegExp(`(?<!\\S)#([\\p{L}\\p{N}\\p{M}_/-]+)${END}`, "gu");
const PRIORITY = new RegExp(`(?<!\\S)!(high|medium|low|[hml123])${END}`, "giu");
const PRIORITIES: Record<string, Priority> = { h: "high", m: "medium", l: "low", 1: "high", 2: "medium", 3: "low" };

export interface Marks {
  tags: (Span & { tag: string })[];
  /** The last one counts; the others stay text. */
  priority: (Span & { priority: Priority }) | undefined;
}

/** The text with what is to stay text blotted out, and the backslashes that say so. */
export function withoutLiterals(text: string, ignore: ReadonlySet<string>): { readable: string; backslashes: Span[] } {
  const escaped = spansOf(text.matchAll(ESCAPED));
  const ignored = [...ignore].flatMap((each) => occurrences(text, each));
  const readable = blotted(text, [...spansOf(text.matchAll(QUOTED)), ...escaped, ...ignored]);
  return { readable, backslashes: escaped.map(({ start }) => ({ start, end: start + 1 })) };
}

export function readMarks(readable: string): Marks {
  const tags: Marks["tags"] = [];
  const distinct = new Set<string>();
  for (const match of readable.matchAll(TAG)) {
    const tag = match[1] ?? "";
    // A number is one of something else: an issue, a house, a place in a row.
    if (/^\p{N}+$/u.test(tag) || [...tag].length > LONGEST_TAG) continue;
    if (!distinct.has(tag) && distinct.size === MOST_TAGS) continue;
    distinct.add(tag);
    tags.push({ ...spanOf(match), tag });
  }
  const last = [...readable.matchAll(PRIORITY)].at(-1);
  const priority = PRIORITIES[last?.[1]?.charAt(0).toLowerCase() ?? ""];
  return { tags, priority: last && priority && { ...spanOf(last), priority } };
}

function occurrences(text: string, part: string): Span[] {
  const spans: Span[] = [];
  for (let start = text.indexOf(part); part !== "" && start >= 0; start = text.indexOf(part, start + 1)) {
    const end = start + part.length;
    const isWhole = !/[\p{L}\p{N}]$/u.test(text.slice(0, start)) && !/^[\p{L}\p{N}\p{M}_/-]/u.test(text.slice(end));
    if (isWhole) spans.push({ start, end });
  }
  return spans;
}

function spansOf(matches: Iterable<RegExpExecArray>): Span[] {
  return Array.from(matches, spanOf);
}

function spanOf(match: RegExpExecArray): Span {
  return { start: match.index, end: match.index + match[0].length };
}
