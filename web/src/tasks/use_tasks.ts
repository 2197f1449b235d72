/** The tasks of who is signed in, for components. */

import { useSyncExternalStore } from "react";
import { signedInUser } from "../session/session";
import { openTaskStore } from "./engine";
import type { Snapshot, TaskStore } from "./model";

let store: TaskStore | null = null;

/** The one store of this tab. A change of user is a new page, so it is never somebody else's. */
export function taskStore(): TaskStore {
  store ??= openTaskStore(signedInUser() ?? nobody());
  return store;
}

function nobody(): never {
  throw new Error("nobody is signed in");
}

export function useSnapshot(): Snapshot {
  const { subscribe, snapshot } = taskStore();
  return useSyncExternalStore(subscribe, snapshot);
}
