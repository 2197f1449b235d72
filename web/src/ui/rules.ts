/** What a field accepts, so far as it can be known before the service is asked. */

import { common } from "../strings/common";

/** How many characters there may be, counted like the service: in code points. */
export interface Lengths {
  minLength: number;
  maxLength: number;
}

/** What is wrong with a text, a sentence; nothing when it is right. */
export type Rule = (text: string) => string | undefined;

/** Refuses what is too short or too long. */
export function within({ minLength, maxLength }: Lengths): Rule {
  return (text) => {
    const length = [...text].length;
    if (length < minLength) return common.tooShort(minLength);
    if (length > maxLength) return common.tooLong(maxLength);
    return undefined;
  };
}
