/** A moment: how long ago, and exactly. */

import { exact, relative } from "./times";

interface WhenProps {
  /** RFC 3339. */
  at: string;
  /** The exact time alone. */
  exactly?: boolean;
}

export function When({ at, exactly = false }: WhenProps) {
  const time = Date.parse(at);
  return <time dateTime={at}>{exactly ? exact(time) : `${relative(time, Date.now())} (${exact(time)})`}</time>;
}
