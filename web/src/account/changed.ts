/** After a change: what it concerned is read anew. */

import { useQueryClient } from "@tanstack/react-query";
import { readProfile } from "../session/profile";

type Concerned = "profile" | "sessions" | "second-factor" | "passkeys" | "tokens";

/** Gives a function that has what was concerned read anew, and the events, where every change of an account stands. */
export function useChanged(): (...concerned: Concerned[]) => void {
  const queries = useQueryClient();
  return (...concerned) => {
    if (concerned.includes("profile")) void readProfile();
    for (const what of [...concerned, "events"]) void queries.invalidateQueries({ queryKey: [what] });
  };
}
