/** The engine of tasks: local-first, in step with the service. */

import type { TaskStore } from "../model";
import { taskService } from "./service";
import { openStore } from "./store";
import { onWake } from "./wake";

/** One for each tab; a user's tabs share what they know. */
export function openTaskStore(user: { id: string }): TaskStore {
  return openStore(user, {
    service: taskService,
    clock: {
      now: Date.now,
      random: Math.random,
      after(milliseconds, then) {
        const timer = setTimeout(then, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    onWake,
    newId: () => crypto.randomUUID(),
  });
}
