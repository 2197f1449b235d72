/** How hard a password is to guess. Large, for the lists of what people use: to be imported when it is needed. */

import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";

const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });

/**
 * @param about what somebody would guess first who knows the person.
 * @returns 0 (at once) to 4 (not in a lifetime).
 */
export function strengthOf(password: string, about: readonly string[]): 0 | 1 | 2 | 3 | 4 {
  return estimator.check(password, [...about]).score;
}
