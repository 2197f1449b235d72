/** The pages about tasks: lists, and a task's details over them. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link, Redirect, useLocation, useSearch } from "wouter";
import { Frame } from "../../shell/frame";
import { shell } from "../../strings/shell";
import { strings } from "../../strings/tasks";
import { announce } from "../../ui/announcer";
import { part } from "../../ui/part";
import { tellMissing } from "../../ui/toasts";
import type { Snapshot } from "../model";
import { taskStore, useSnapshot } from "../use_tasks";
import { counts, select, tagsOf, urlOfView, type View, viewFromUrl } from "../views/views";
import { completeTask, restoreTask, tell } from "./actions";
import { type Clock, clockNow, useClock } from "./clock";
import { type Asked, ConfirmClearing } from "./confirm_clearing";
import { FiltersBar } from "./filters_bar";
import { focusTask } from "./focus";
import { ListTools } from "./list_tools";
import { queryOfList, useOpenDetails, useOpenTask } from "./location";
import { isManual } from "./places";
import { QuickAdd } from "./quick_add";
import { EmptyState, Skeleton } from "./states";
import { useTaskCommands } from "./task_commands";
import { TaskList } from "./task_list";
import { TaskNotices } from "./task_notices";
import type { RowActions } from "./task_row";
import { LIST_NAMES, TasksNav } from "./tasks_nav";
import { useFoldedRows } from "./use_folded_rows";

const TaskDetails = part(() => import("./task_details"), tellMissing);

const LIST_PATHS: readonly string[] = LIST_NAMES.map((list) => `/${list}`);

export default function TasksPage() {
  const [path] = useLocation();
  if (path === "/") return <Redirect to="/all" replace />;
  return <ListPage path={path} />;
}

function ListPage({ path }: { path: string }) {
  const query = queryOfList(useSearch());
  const view = useMemo(() => viewFromUrl(path, query), [path, query]);
  const snapshot = useSnapshot();
  const clock = useClock();
  const openTask = useOpenTask();
  const { tasks } = snapshot;
  const numbers = useMemo(() => counts(tasks, clock), [tasks, clock]);
  const tags = useMemo(() => tagsOf(tasks), [tasks]);
  const isList = LIST_PATHS.includes(path) || /^\/tag\/[^/]+$/.test(path);

  return (
    <Frame
      title={isList ? titleOf(view) : shell.notFoundTitle}
      nav={<TasksNav view={isList ? view : null} counts={numbers} tags={tags} />}
    >
      {isList ? (
        <List view={view} snapshot={snapshot} clock={clock} tags={tags} />
      ) : (
        <p>
          {shell.notFound} <Link href="/all">{shell.toTasks}</Link>
        </p>
      )}
      {openTask !== null && <TaskDetails key={openTask} id={openTask} snapshot={snapshot} />}
    </Frame>
  );
}

interface ListProps {
  view: View;
  snapshot: Snapshot;
  clock: Clock;
  tags: ReturnType<typeof tagsOf>;
}

function List({ view, snapshot, clock, tags }: ListProps) {
  const { tasks } = snapshot;
  const [, navigate] = useLocation();
  const open = useOpenDetails();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const search = useRef<HTMLInputElement>(null);

  const all = useMemo(() => select(tasks, view, clock), [tasks, view, clock]);
  const { rows, collapsed, toggle } = useFoldedRows(all);
  const manual = isManual(view);
  const inTrash = view.list === "trash";
  const actions = useMemo<RowActions>(
    () => ({
      complete: completeTask,
      restore: restoreTask,
      purge: (task) => setAsked({ kind: "purge", task }),
      toggle,
      open,
      // What lies in the trash is changed by nobody.
      edit: (id) => {
        if (!inTrash) setEditing(id);
      },
      endEdit: (id, refocus) => {
        setEditing(null);
        if (refocus) focusTask(id);
      },
    }),
    [toggle, open, inTrash],
  );
  useTaskCommands({ open, edit: actions.edit, manual, search, field, ask: setAsked });
  // In the tree completed subtasks stand below open tasks; they are not to do any more.
  const shown = manual ? all.filter(({ task }) => !task.completed).length : all.length;
  useTold(view, shown);

  const change = useCallback(
    (changed: View, replace: boolean) => navigate(urlOfView(changed), { replace }),
    [navigate],
  );
  const focusFirst = () => rows[0] && focusTask(rows[0].task.id);
  /** Says where a new task is that this list does not show. */
  function tellAdded(ids: string[]): void {
    const added = ids.flatMap((id) => taskStore().snapshot().tasks.get(id) ?? []);
    const [task] = added;
    const isShown = select(new Map(added.map((each) => [each.id, each])), view, clockNow()).length > 0;
    if (!task || isShown) return;
    const show = () => navigate(`/all?task=${task.id}`);
    tell(strings.add.addedElsewhere(task.title), { label: strings.add.show, run: show });
  }

  /** The keyboard goes on beside the row that was asked about, or at the page's beginning. */
  function goOn(done: Asked): void {
    const index = done.kind === "purge" ? rows.findIndex(({ task }) => task.id === done.task.id) : -1;
    const next = index === -1 ? undefined : (rows[index + 1] ?? rows[index - 1]);
    // After the dialog has given the focus back to a button that is gone.
    requestAnimationFrame(() => {
      if (next) focusTask(next.task.id);
      else document.getElementById("main")?.focus();
    });
  }

  const isLoading =
    !snapshot.loaded || (!snapshot.complete && all.length === 0 && snapshot.connection.state === "connected");
  return (
    <>
      <TaskNotices conflicts={snapshot.conflicts} rejections={snapshot.rejections} tasks={tasks} />
      {view.list !== "completed" && !inTrash && (
        <QuickAdd ref={field} view={view} onAdded={tellAdded} onLeave={focusFirst} />
      )}
      <FiltersBar ref={search} view={view} tags={tags} onChange={change} />
      <ListTools view={view} shown={shown} complete={snapshot.complete} onAsk={setAsked} />
      {isLoading ? (
        <Skeleton />
      ) : all.length === 0 ? (
        <EmptyState view={view} complete={snapshot.complete} />
      ) : (
        <TaskList
          key={view.list}
          label={titleOf(view)}
          list={view.list}
          rows={rows}
          clock={clock}
          pending={snapshot.pending}
          collapsed={collapsed}
          editing={editing}
          manual={manual}
          actions={actions}
        />
      )}
      <ConfirmClearing asked={asked} onClose={() => setAsked(null)} onDone={goOn} />
    </>
  );
}

function titleOf(view: View): string {
  return view.list === "all" && view.tags.length > 0 ? strings.tagTitle(view.tags) : strings.lists[view.list];
}

/** Another view begins at its top, and says how many tasks it has. */
function useTold(view: View, count: number): void {
  const address = urlOfView(view);
  const [path] = address.split("?");
  const told = useRef({ address, path });
  useEffect(() => {
    if (told.current.address === address) return;
    if (told.current.path !== path) window.scrollTo(0, 0);
    told.current = { address, path };
    announce(strings.tasks(count));
  }, [address, path, count]);
}
