/** Commands of the tasks pages: in the palette, and by keyboard. Those about one task are about the one with the focus. */

import type { RefObject } from "react";
import { useLocation } from "wouter";
import { type Command, useCommands } from "../../shell/commands";
import { strings } from "../../strings/tasks";
import { announce } from "../../ui/announcer";
import { chooseTheme } from "../../ui/theme";
import { completeTask, deleteTask, indentTask, outdentTask, stepTask, undo } from "./actions";
import { type Asked, asking } from "./confirm_clearing";
import { focusedTask } from "./focus";
import { LIST_NAMES } from "./tasks_nav";

const LIST_KEYS = { all: "g h", today: "g t", upcoming: "g u", completed: "g c", trash: "g x" };

interface Reach {
  open: (id: string) => void;
  edit: (id: string) => void;
  /** Whether the list is in its manual order. */
  manual: boolean;
  field: RefObject<HTMLInputElement | null>;
  search: RefObject<HTMLInputElement | null>;
  ask: (asked: Asked) => void;
}

export function useTaskCommands({ open, edit, manual, field, search, ask }: Reach): void {
  const [, navigate] = useLocation();
  const words = strings.actions;

  const go: Command[] = LIST_NAMES.map((list) => ({
    id: `go-${list}`,
    label: words.goTo(strings.lists[list]),
    group: "go",
    keys: [LIST_KEYS[list]],
    run: () => navigate(`/${list}`),
  }));
  const about = (id: string, label: string, keys: string[], run: (task: string) => void): Command => ({
    id,
    label,
    group: "tasks",
    keys,
    when: () => focusedTask() !== null,
    run: () => withFocused(run),
  });
  const moving = (run: (task: string) => void) => (task: string) =>
    manual ? run(task) : announce(strings.said.noManualOrder);

  useCommands([
    ...go,
    {
      id: "new-task",
      label: words.newTask,
      group: "tasks",
      keys: ["n", "q"],
      run: () => (field.current ? field.current.focus() : navigate("/all")),
    },
    { id: "search", label: words.search, group: "tasks", keys: ["/"], run: () => search.current?.focus() },
    { id: "undo", label: words.undo, group: "tasks", keys: ["Ctrl+Z"], run: undo },
    about("details", words.details, ["o"], open),
    about("rename", words.rename, ["e", "F2"], edit),
    about("complete", words.complete, ["x"], completeTask),
    about("delete", words.delete, ["Delete"], deleteTask),
    about(
      "move-up",
      words.moveUp,
      ["Alt+ArrowUp"],
      moving((id) => stepTask(id, "up")),
    ),
    about(
      "move-down",
      words.moveDown,
      ["Alt+ArrowDown"],
      moving((id) => stepTask(id, "down")),
    ),
    about(
      "move-top",
      words.moveTop,
      ["Alt+Shift+ArrowUp"],
      moving((id) => stepTask(id, "top")),
    ),
    about(
      "move-bottom",
      words.moveBottom,
      ["Alt+Shift+ArrowDown"],
      moving((id) => stepTask(id, "bottom")),
    ),
    about("indent", words.indent, ["Alt+ArrowRight"], moving(indentTask)),
    about("outdent", words.outdent, ["Alt+ArrowLeft"], moving(outdentTask)),
    {
      id: "clear-completed",
      label: words.clearCompleted,
      group: "tasks",
      run: () => ask(asking("delete_completed")),
    },
    { id: "empty-trash", label: words.emptyTrash, group: "tasks", run: () => ask(asking("empty_trash")) },
    { id: "light", label: words.light, group: "app", run: () => chooseTheme("light") },
    { id: "dark", label: words.dark, group: "app", run: () => chooseTheme("dark") },
    { id: "system-theme", label: words.systemTheme, group: "app", run: () => chooseTheme("system") },
  ]);
}

function withFocused(run: (task: string) => void): void {
  const id = focusedTask();
  if (id === null) announce(strings.said.noneFocused);
  else run(id);
}
