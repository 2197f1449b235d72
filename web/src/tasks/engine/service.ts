/** What the service does for tasks, as the engine asks for it. */

import { api } from "../../api/client";
import { Refused, unwrap } from "../../api/problems";
import type { Task, TaskFields, Tombstone } from "../model";

/** A page of the change feed. */
export interface Page {
  tasks: readonly (Task | Tombstone)[];
  next: string;
  more: boolean;
}

/**
 * Each call throws `Refused` or `Unreachable` (see api/problems). A version is that which the task must have; any other
 * is refused with 412.
 */
export interface TaskService {
  /** The first open tasks in their order: enough to begin with. */
  first(): Promise<readonly Task[]>;
  changes(since: string | null): Promise<Page>;
  /** Null when there is none, or when it is in the trash. */
  get(id: string): Promise<Task | null>;
  create(id: string, fields: TaskFields): Promise<Task>;
  patch(id: string, patch: Partial<TaskFields>, version: number): Promise<Task>;
  complete(id: string, completed: boolean, version: number): Promise<Task>;
  delete(id: string, version: number, permanent: boolean): Promise<void>;
  restore(id: string, version: number): Promise<Task>;
  /** The id of the job that does it, if it takes one. */
  deleteCompleted(): Promise<string | null>;
  emptyTrash(): Promise<string | null>;
  isOver(job: string): Promise<boolean>;
}

const FIRST_LIMIT = 100;
const PAGE_LIMIT = 500;

export const taskService: TaskService = {
  async first() {
    const query = { status: "open", sort: "order", limit: FIRST_LIMIT } as const;
    return (await unwrap(api.GET("/tasks", { params: { query } }))).data;
  },

  async changes(since) {
    const query = { limit: PAGE_LIMIT, ...(since !== null && { since }) };
    return (await unwrap(api.GET("/tasks/changes", { params: { query } }))).data;
  },

  get(id) {
    return unlessMissing(async () => (await unwrap(api.GET("/tasks/{id}", { params: { path: { id } } }))).data);
  },

  async create(id, fields) {
    // The id is this device's own, so it is known, and used by other changes, before there is an answer.
    const body = { ...fields, completed: false };
    return seenFromHere(async (query) => {
      const params = { path: { id }, query, header: { "If-None-Match": "*" } } as const;
      return (await unwrap(api.PUT("/tasks/{id}", { params, body }))).data;
    });
  },

  async patch(id, body, version) {
    return seenFromHere(async (query) => {
      const params = { path: { id }, query, header: matching(version) };
      return (await unwrap(api.PATCH("/tasks/{id}", { params, body }))).data;
    });
  },

  async complete(id, completed, version) {
    return seenFromHere(async (query) => {
      const params = { path: { id }, query, header: matching(version) };
      return (await unwrap(api.PATCH("/tasks/{id}/complete", { params, body: { completed } }))).data;
    });
  },

  async delete(id, version, permanent) {
    const query = permanent ? ({ permanent: "true" } as const) : {};
    await unwrap(api.DELETE("/tasks/{id}", { params: { path: { id }, query, header: matching(version) } }));
  },

  async restore(id, version) {
    const params = { path: { id }, header: matching(version) };
    return (await unwrap(api.POST("/tasks/{id}/restore", { params }))).data;
  },

  async deleteCompleted() {
    return (await unwrap(api.DELETE("/tasks", { params: { query: { completed: "true" } } }))).data?.id ?? null;
  },

  async emptyTrash() {
    return (await unwrap(api.DELETE("/tasks", { params: { query: { trashed: "true" } } }))).data?.id ?? null;
  },

  async isOver(job) {
    const found = await unlessMissing(async () => {
      return (await unwrap(api.GET("/jobs/{id}", { params: { path: { id: job } } }))).data;
    });
    // What is known of a job is forgotten after a day.
    return found === null || found.state === "done" || found.state === "failed";
  },
};

function matching(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/** Asks with this device's time zone; without one, so by the account's, where the service does not know it. */
async function seenFromHere<Found>(ask: (query: { tz?: string }) => Promise<Found>): Promise<Found> {
  try {
    return await ask({ tz: Intl.DateTimeFormat().resolvedOptions().timeZone });
  } catch (error) {
    if (error instanceof Refused && error.errors.some(({ field }) => field === "tz")) return ask({});
    throw error;
  }
}

async function unlessMissing<Found>(ask: () => Promise<Found>): Promise<Found | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Refused && error.code === "not_found") return null;
    throw error;
  }
}
