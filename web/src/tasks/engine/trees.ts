/** Tasks by id, with what hangs below what. */

import type { Task } from "../model";

/** The tasks that a change is applied to. */
export interface Tasks {
  get(id: string): Task | undefined;
  /** Puts a task in its place, or takes it away when there is none. */
  set(id: string, task: Task | undefined): void;
  values(): Iterable<Task>;
  /** Those directly below a task, in whatever state. */
  children(id: string): Iterable<Task>;
}

export class Forest implements Tasks {
  readonly byId = new Map<string, Task>();
  readonly #children = new Map<string, Set<string>>();

  get(id: string): Task | undefined {
    return this.byId.get(id);
  }

  values(): Iterable<Task> {
    return this.byId.values();
  }

  set(id: string, task: Task | undefined): void {
    const former = this.byId.get(id)?.parent_id ?? null;
    const parent = task?.parent_id ?? null;
    if (former !== parent) {
      if (former !== null) this.#detach(former, id);
      if (parent !== null) this.#attach(parent, id);
    }
    if (task) this.byId.set(id, task);
    else this.byId.delete(id);
  }

  *children(id: string): Iterable<Task> {
    for (const child of this.#children.get(id) ?? []) {
      const task = this.byId.get(child);
      if (task) yield task;
    }
  }

  #attach(parent: string, id: string): void {
    const siblings = this.#children.get(parent);
    if (siblings) siblings.add(id);
    else this.#children.set(parent, new Set([id]));
  }

  #detach(parent: string, id: string): void {
    const siblings = this.#children.get(parent);
    siblings?.delete(id);
    if (siblings?.size === 0) this.#children.delete(parent);
  }
}

/** A task and all that is below it, parents before their children, as far as each belongs to it. */
export function withBelow(tasks: Tasks, top: Task, belongs: (task: Task) => boolean): Task[] {
  const found = [top];
  const ids = new Set([top.id]);
  for (const task of found) {
    for (const child of tasks.children(task.id)) {
      // Two moves made apart can be a circle until the service has refused one of them.
      if (ids.has(child.id) || !belongs(child)) continue;
      ids.add(child.id);
      found.push(child);
    }
  }
  return found;
}

/** A task's id and those of all above it. */
export function lineOf(tasks: Tasks, id: string): string[] {
  const line: string[] = [];
  for (let at: string | null = id; at !== null && !line.includes(at); at = tasks.get(at)?.parent_id ?? null) {
    line.push(at);
  }
  return line;
}
