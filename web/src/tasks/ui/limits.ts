/** What the service accepts, known before it is asked. It counts in code points. */

import { TaskFields } from "../../api/lengths";
import { strings } from "../../strings/tasks";

export const TITLE_LIMIT = TaskFields.title.maxLength;
export const DESCRIPTION_LIMIT = TaskFields.description.maxLength;
export const TAG_LIMIT = 50;
export const TAGS_LIMIT = 20;

/** How long a text is for the service. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/** What is wrong with a trimmed title, a sentence; null when it is right. */
export function problemOfTitle(title: string): string | null {
  if (title === "") return strings.add.empty;
  return lengthOf(title) > TITLE_LIMIT ? strings.add.tooLong(TITLE_LIMIT) : null;
}
