/** A model of the service: its versions, trees, trash and feed, in memory, with faults on demand. */

import { Refused, Unreachable } from "../../../api/problems";
import type { Task, TaskFields, Tombstone } from "../../model";
import type { Page, TaskService } from "../service";

/** What can happen to a request. */
export type Fault = "no answer" | "lost answer" | { status: number; code?: Refused["code"]; retryAfter?: number };

interface Stored {
  task: Task;
  trashedWith: string | null;
  nextId: string | null;
  place: number;
}

const DAY = 24 * 60 * 60 * 1000;

export class ModelServer {
  readonly requests: string[] = [];
  /** Decides over each request by its name; null lets it through. */
  fault: (request: string) => Fault | null = () => null;
  pageSize = 500;
  /** Tokens before this place are too old. */
  oldestToken = 0;
  quota = Number.POSITIVE_INFINITY;
  /** How many questions after a job it takes to be over; null: deletions are no jobs. */
  jobLength: number | null = null;
  readonly #stored = new Map<string, Stored>();
  readonly #tombstones = new Map<string, { row: Tombstone; place: number }>();
  readonly #jobs = new Map<string, { left: number; work: () => void }>();
  #clock = Date.parse("2036-03-01T08:00:00Z");
  #place = 0;

  /** All tasks that there are, those in the trash too. */
  get tasks(): Map<string, Task> {
    return new Map([...this.#stored].map(([id, { task }]) => [id, task]));
  }

  task(id: string): Task {
    return this.#at(id).task;
  }

  /** Forgets a task without a word, as the service does after 30 days in the trash. */
  forget(id: string): void {
    this.#stored.delete(id);
  }

  forgetTombstones(): void {
    this.#tombstones.clear();
  }

  /** How a client reaches it; each request can meet a fault. */
  readonly service: TaskService = {
    first: () => this.#asked("first", () => [...this.tasks.values()].filter(isOpen).slice(0, 100)),
    changes: (since) => this.#asked("changes", () => this.#changes(since)),
    get: (id) => this.#asked(`get ${id}`, () => this.#live(id)?.task ?? null),
    create: (id, fields) => this.#asked(`create ${id}`, () => this.create(id, fields)),
    patch: (id, patch, version) => this.#asked(`patch ${id}`, () => this.patch(id, patch, version)),
    complete: (id, completed, version) => this.#asked(`complete ${id}`, () => this.complete(id, completed, version)),
    delete: (id, version, permanent) =>
      this.#asked(`${permanent ? "purge" : "delete"} ${id}`, () => this.delete(id, permanent, version)),
    restore: (id, version) => this.#asked(`restore ${id}`, () => this.restore(id, version)),
    deleteCompleted: () => this.#asked("delete_completed", () => this.#job(() => this.deleteCompleted())),
    emptyTrash: () => this.#asked("empty_trash", () => this.#job(() => this.emptyTrash())),
    isOver: (job) => this.#asked("job", () => this.#isOver(job)),
  };

  create(id: string, fields: Partial<TaskFields> & { title: string }): Task {
    if (this.#stored.has(id) || this.#tombstones.has(id)) throw refused(412);
    if (this.#stored.size >= this.quota) throw refused(409, "quota_exceeded");
    this.#checkFields(fields);
    if (fields.parent_id) this.#checkPlace(id, fields.parent_id);
    const now = this.#now();
    const task: Task = { ...EMPTY, order: this.#clock, ...fields, id, url: `/api/tasks/${id}`, created_at: now };
    this.#stored.set(id, { task, trashedWith: null, nextId: null, place: 0 });
    return this.#save(id, { title: fields.title.trim(), updated_at: now });
  }

  patch(id: string, patch: Partial<TaskFields>, version?: number): Task {
    const task = this.#known(id, version);
    this.#checkFields(patch);
    if (patch.parent_id && patch.parent_id !== task.parent_id) this.#checkPlace(id, patch.parent_id);
    const changes = { ...patch, ...(patch.title !== undefined && { title: patch.title.trim() }) };
    if (patch.due === null) Object.assign(changes, { due_timezone: null, repeat: null });
    return this.#save(id, changes);
  }

  complete(id: string, completed: boolean, version?: number): Task {
    const task = this.#known(id, version);
    if (task.completed === completed) return task;
    const now = this.#now();
    const below = this.#below(id);
    if (completed) {
      for (const each of [task, ...below].filter(isOpen)) this.#save(each.id, { completed, completed_at: now });
      if (task.repeat && task.due) this.#makeNext(task, task.due);
    } else {
      const since = task.completed_at;
      const with_ = [task, ...below].filter((each) => each.completed_at === since);
      for (const each of with_) this.#save(each.id, { completed, completed_at: null });
      this.#takeNextBack(id);
    }
    return this.task(id);
  }

  delete(id: string, permanent = false, version?: number): void {
    const stored = this.#stored.get(id);
    if (!stored || (stored.task.deleted_at !== null && !permanent)) throw refused(404);
    this.#check(stored.task, version);
    if (permanent) this.#purge(stored.task);
    else this.#trash(stored.task);
  }

  restore(id: string, version?: number): Task {
    const stored = this.#stored.get(id);
    if (stored) this.#check(stored.task, version);
    if (!stored) throw refused(404);
    if (stored.task.deleted_at === null) return stored.task;
    for (const each of [stored.task, ...this.#wentAlong(id)]) {
      this.#at(each.id).trashedWith = null;
      this.#save(each.id, { deleted_at: null });
    }
    const parent = stored.task.parent_id;
    if (parent !== null && !this.#live(parent)) this.#change(id, { parent_id: null });
    return this.task(id);
  }

  deleteCompleted(): void {
    const done = [...this.tasks.values()].filter((task) => task.completed && task.deleted_at === null);
    // The service takes those at the top first, and is free in the order of the others.
    done.sort((one, other) => this.#level(one) - this.#level(other));
    for (const { id } of done) {
      const task = this.#live(id)?.task;
      if (task && this.#below(id).every((each) => each.completed)) this.#trash(task);
    }
  }

  emptyTrash(): void {
    for (const task of [...this.tasks.values()].filter((each) => each.deleted_at !== null)) {
      if (this.#stored.has(task.id)) this.#purge(task);
    }
  }

  async #asked<Answer>(request: string, carryOut: () => Answer): Promise<Answer> {
    this.requests.push(request);
    await new Promise((resolve) => setImmediate(resolve));
    const fault = this.fault(request);
    if (fault === "no answer") throw new Unreachable("no network");
    if (fault && fault !== "lost answer") throw refused(fault.status, fault.code ?? "unavailable", fault.retryAfter);
    const answer = carryOut();
    if (fault === "lost answer") throw new Unreachable("cut off");
    return structuredClone(answer);
  }

  #changes(since: string | null): Page {
    const from = since === null ? 0 : Number(since);
    if (since !== null && from < this.oldestToken) throw refused(410);
    const rows = [...this.#stored.values()].map(({ task, place }) => ({ row: task as Task | Tombstone, place }));
    const all = [...rows, ...this.#tombstones.values()]
      .filter(({ place }) => place > from)
      .sort((one, other) => one.place - other.place);
    const page = all.slice(0, this.pageSize);
    const more = all.length > page.length;
    // A closing token lies before the end: some come again.
    const next = more ? (page.at(-1)?.place ?? from) : Math.max(from, this.#place - 3);
    return { tasks: page.map(({ row }) => row), next: String(next), more };
  }

  #makeNext(task: Task, from: string): void {
    const id = crypto.randomUUID();
    const day = new Date(Date.parse(from.slice(0, 10)) + DAY).toISOString().slice(0, 10);
    const due = `${day}${from.slice(10)}`;
    const copy = { ...task, id, due, completed: false, completed_at: null, version: 0 };
    this.#stored.set(id, { task: copy, trashedWith: null, nextId: null, place: 0 });
    this.#save(id, {});
    this.#at(task.id).nextId = id;
  }

  #takeNextBack(id: string): void {
    const stored = this.#at(id);
    const next = stored.nextId === null ? undefined : this.#live(stored.nextId);
    stored.nextId = null;
    if (!next) return;
    if (next.task.version === 1) this.#purge(next.task);
    else this.#change(id, { repeat: null, repeat_from: "due" });
  }

  #trash(task: Task): void {
    const now = this.#now();
    for (const each of [task, ...this.#below(task.id)]) {
      this.#at(each.id).trashedWith = each.id === task.id ? null : task.id;
      this.#save(each.id, { deleted_at: now });
    }
  }

  #purge(task: Task): void {
    const along = task.deleted_at === null ? this.#below(task.id) : this.#wentAlong(task.id);
    for (const { id, version } of [task, ...along]) {
      const now = this.#now();
      this.#stored.delete(id);
      const row: Tombstone = { id, purged: true, version: version + 1, updated_at: now, deleted_at: now };
      this.#tombstones.set(id, { row, place: ++this.#place });
    }
  }

  #below(id: string, belongs = (stored: Stored) => stored.task.deleted_at === null): Task[] {
    const children = [...this.#stored.values()].filter((each) => each.task.parent_id === id && belongs(each));
    return children.flatMap(({ task }) => [task, ...this.#below(task.id, belongs)]);
  }

  #level({ parent_id }: Task): number {
    const parent = parent_id === null ? undefined : this.#stored.get(parent_id);
    return parent ? 1 + this.#level(parent.task) : 0;
  }

  #wentAlong(id: string): Task[] {
    const top = this.#at(id).trashedWith ?? id;
    return this.#below(id, (stored) => stored.trashedWith === top);
  }

  #checkPlace(id: string, parent: string): void {
    if (!this.#live(parent)) throw refused(422, "invalid_request");
    for (let at: string | null = parent; at !== null; at = this.#stored.get(at)?.task.parent_id ?? null) {
      if (at === id) throw refused(422, "invalid_request");
    }
  }

  #checkFields({ title }: Partial<TaskFields>): void {
    if (title?.trim() === "") throw refused(422, "invalid_request");
  }

  #known(id: string, version: number | undefined): Task {
    const stored = this.#live(id);
    if (!stored) throw refused(404);
    this.#check(stored.task, version);
    return stored.task;
  }

  #check(task: Task, version: number | undefined): void {
    if (version !== undefined && version !== task.version) throw refused(412);
  }

  #at(id: string): Stored {
    const stored = this.#stored.get(id);
    if (!stored) throw new Error(`no task ${id}`);
    return stored;
  }

  #live(id: string): Stored | undefined {
    const stored = this.#stored.get(id);
    return stored?.task.deleted_at === null ? stored : undefined;
  }

  /** With the next version, if there is anything new. */
  #save(id: string, changes: Partial<Task>): Task {
    const stored = this.#at(id);
    const task = { ...stored.task, ...changes };
    if (stored.task.version > 0 && JSON.stringify(task) === JSON.stringify(stored.task)) return stored.task;
    stored.task = { ...task, version: task.version + 1, updated_at: this.#now() };
    stored.place = ++this.#place;
    return stored.task;
  }

  /** Within the version that was just made. */
  #change(id: string, changes: Partial<Task>): void {
    const stored = this.#at(id);
    stored.task = { ...stored.task, ...changes };
  }

  #job(work: () => void): string | null {
    if (this.jobLength === null) {
      work();
      return null;
    }
    const id = crypto.randomUUID();
    this.#jobs.set(id, { left: this.jobLength, work });
    return id;
  }

  #isOver(id: string): boolean {
    const job = this.#jobs.get(id);
    if (!job) return true;
    if (job.left-- > 0) return false;
    this.#jobs.delete(id);
    job.work();
    return true;
  }

  #now(): string {
    this.#clock += 1000;
    return new Date(this.#clock).toISOString().replace("Z", "000Z");
  }
}

const EMPTY = {
  title: "",
  description: null,
  completed: false,
  completed_at: null,
  priority: "none",
  due: null,
  due_timezone: null,
  tags: [],
  repeat: null,
  repeat_from: "due",
  parent_id: null,
  version: 0,
  updated_at: "",
  deleted_at: null,
} as const satisfies Partial<Task>;

function isOpen(task: Task): boolean {
  return !task.completed && task.deleted_at === null;
}

const CODES: Record<number, Refused["code"]> = {
  404: "not_found",
  410: "changes_token_expired",
  412: "precondition_failed",
};

function refused(
  status: number,
  code: Refused["code"] = CODES[status] ?? "refused",
  retryAfter: number | null = null,
): Refused {
  return new Refused(status, { code, title: `Refused with ${status}`, detail: "For a reason." }, retryAfter);
}
