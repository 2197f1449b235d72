/** A task, and what a person does to tasks. */

import type { components } from "../api/schema";

/** A task as the service gives it. */
export type Task = components["schemas"]["Task"];
/** What stays for 30 days of a task that was deleted for good. */
export type Tombstone = components["schemas"]["Tombstone"];
export type Priority = Task["priority"];

/** What its owner decides about a task; the rest is the service's to set. */
export type TaskFields = Pick<
  Task,
  | "title"
  | "description"
  | "priority"
  | "due"
  | "due_timezone"
  | "tags"
  | "order"
  | "repeat"
  | "repeat_from"
  | "parent_id"
>;

/**
 * One thing that a person did. It is queued on this device first and shown at once, then sent; it means the same
 * however often it is sent.
 */
export type Change =
  /** `id` is a UUID of our own: the service makes the task under it once, however often it is asked. */
  | { kind: "create"; id: string; fields: TaskFields }
  | { kind: "patch"; id: string; patch: Partial<TaskFields> }
  /** Takes what is below along, like the service; opening again too. */
  | { kind: "complete"; id: string; completed: boolean }
  /** To the trash, with all that is below. */
  | { kind: "delete"; id: string }
  /** Out of the trash, with what went there along with it. */
  | { kind: "restore"; id: string }
  /** Deleted for good. */
  | { kind: "purge"; id: string }
  /** All completed tasks to the trash. */
  | { kind: "delete_completed" }
  /** All in the trash deleted for good. */
  | { kind: "empty_trash" };

/** The same members were changed here and elsewhere; whoever is asked decides which version stays. */
export interface Conflict {
  /** The queued change's number. */
  number: number;
  change: Change;
  /** As it was here, with the change; null when it was deleted here. */
  mine: Task | null;
  /** As the service has it now; null when it is gone there for good. */
  theirs: Task | null;
  /** The members that differ in what both changed; empty when one side deleted it. */
  members: (keyof TaskFields | "completed")[];
}

/** A change that the service refused: it was taken back here, and this is why. */
export interface Rejection {
  number: number;
  change: Change;
  /** Of the task concerned, as it was here; null when there is none. */
  title: string | null;
  /** The service's reason, a sentence for people. */
  reason: string;
}

/** How it stands between this device and the service. */
export type Connection =
  | { state: "connected" }
  /** No answer: changes wait here. */
  | { state: "offline" }
  /** The service is not available or asks to wait: what is shown may be out of date. */
  | { state: "refused"; reason: string; retryAt: number };

/** All that there is to show of a person's tasks, at one moment. Never changed: the next moment has another one. */
export interface Snapshot {
  /** By id, as the person sees them: the service's, with the queued changes made to them. Those in the trash too. */
  tasks: ReadonlyMap<string, Task>;
  /** Whether what this device keeps was read; before that nothing can be said of what there is. */
  loaded: boolean;
  /** Whether this device keeps changes that wait to be sent; else they are lost with the tab. */
  kept: boolean;
  /** Whether everything was read from the service at least once. */
  complete: boolean;
  /** Ids of tasks with changes that the service does not have yet. */
  pending: ReadonlySet<string>;
  /** How many changes wait to be sent. */
  queued: number;
  connection: Connection;
  conflicts: readonly Conflict[];
  rejections: readonly Rejection[];
  /** What the next undo takes back; null when there is nothing. */
  undoable: Change | null;
}

/** A person's tasks on this device, kept in step with the service. */
export interface TaskStore {
  /** Calls back at every new snapshot; returns how to stop that. */
  subscribe(listener: () => void): () => void;
  snapshot(): Snapshot;
  /** Does it here at once, queues it and sends it. Several changes given together are undone together. */
  dispatch(...changes: Change[]): void;
  /** Takes the last thing done in this tab back, by the opposite change; null when there is nothing. */
  undo(): Change | null;
  /** Ends a conflict: what was changed here is sent again over the other version, or given up. */
  resolve(number: number, keep: "mine" | "theirs"): void;
  /** The reason was read. */
  dismiss(number: number): void;
  /** Asks the service what is new, and sends what waits, now. */
  sync(): Promise<void>;
  /** Lets go of the database and of timers; nothing is lost. */
  close(): void;
}
