/** Which tasks are shown, in which order; and the addresses of that. */

import type { Priority } from "../model";

export { counts, type Moment, type Row, select, tagsOf } from "./select";

const LISTS = ["all", "today", "upcoming", "completed", "trash"] as const;
export const SORTS = ["order", "due", "created", "updated", "priority", "title"] as const;
export const DUE_FILTERS = ["any", "overdue", "none"] as const;
const PRIORITIES = ["none", "low", "medium", "high"] as const satisfies Priority[];

export interface View {
  list: (typeof LISTS)[number];
  /** All of them. */
  tags: string[];
  /** Any of them; none named: whichever. */
  priorities: Priority[];
  due: (typeof DUE_FILTERS)[number];
  /** Looked for in title and description. */
  q: string;
  sort: (typeof SORTS)[number];
  direction: "asc" | "desc";
}

const SORT_OF_LIST: Record<View["list"], View["sort"]> = {
  all: "order",
  today: "due",
  upcoming: "due",
  completed: "updated",
  trash: "updated",
};
/** The direction that is usual for a way of sorting. */
export const DIRECTION_OF_SORT: Record<View["sort"], View["direction"]> = {
  order: "asc",
  due: "asc",
  title: "asc",
  created: "desc",
  updated: "desc",
  priority: "desc",
};
const TAG_PATH = "/tag/";

/** The view of an address; what it says that is not known counts as not said. */
export function viewFromUrl(path: string, search: string): View {
  const query = new URLSearchParams(search);
  const tag = path.startsWith(TAG_PATH) ? decoded(path.slice(TAG_PATH.length)) : "";
  const list = oneOf(LISTS, path.slice(1)) ?? "all";
  const sort = oneOf(SORTS, query.get("sort")) ?? SORT_OF_LIST[list];
  return {
    list,
    tags: [...new Set([tag, ...query.getAll("tag")])].filter((each) => each !== ""),
    priorities: PRIORITIES.filter((each) => query.getAll("priority").includes(each)),
    due: oneOf(DUE_FILTERS, query.get("due")) ?? "any",
    q: query.get("q") ?? "",
    sort,
    direction: oneOf(["asc", "desc"] as const, query.get("direction")) ?? DIRECTION_OF_SORT[sort],
  };
}

/** The address of a view: what is usual is left out. */
export function urlOfView(view: View): string {
  const query = new URLSearchParams();
  let path = `/${view.list}`;
  let tags = view.tags;
  const [first] = tags;
  if (view.list === "all" && first !== undefined && canBeInPath(first)) {
    path = TAG_PATH + encodeURIComponent(first);
    tags = tags.slice(1);
  }
  for (const tag of tags) query.append("tag", tag);
  for (const priority of view.priorities) query.append("priority", priority);
  if (view.due !== "any") query.set("due", view.due);
  if (view.q !== "") query.set("q", view.q);
  if (view.sort !== SORT_OF_LIST[view.list]) query.set("sort", view.sort);
  if (view.direction !== DIRECTION_OF_SORT[view.sort]) query.set("direction", view.direction);
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Browsers take dots in a path for steps, and a router that decodes paths would do that to `%` twice. */
function canBeInPath(tag: string): boolean {
  return tag !== "." && tag !== ".." && !tag.includes("%");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function oneOf<Name extends string>(names: readonly Name[], text: string | null): Name | undefined {
  return names.find((name) => name === text);
}
