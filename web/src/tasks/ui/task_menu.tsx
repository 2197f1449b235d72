/** The menu of a task in the list. */

import {
  ArrowDown,
  ArrowDownToLine,
  ArrowUp,
  ArrowUpToLine,
  CalendarDays,
  CalendarPlus,
  CalendarX,
  Flag,
  IndentDecrease,
  IndentIncrease,
  ListPlus,
  PanelRight,
  Pencil,
  Trash2,
} from "lucide-react";
import { keyNames } from "../../shell/commands";
import { strings } from "../../strings/tasks";
import type { MenuItem } from "../../ui/menu";
import type { Priority, Task } from "../model";
import { deleteTask, indentTask, outdentTask, setDue, setPriority, stepTask } from "./actions";
import type { Part } from "./location";

const PRIORITIES = ["high", "medium", "low", "none"] as const satisfies Priority[];
const SIZE = 18;

interface MenuActions {
  open: (id: string, part?: Part) => void;
  edit: (id: string) => void;
}

export function menuOf(task: Task, manual: boolean, { open, edit }: MenuActions): MenuItem[][] {
  const { id } = task;
  const words = strings.actions;
  const about: MenuItem[] = [
    { label: words.details, icon: <PanelRight size={SIZE} />, keys: "Enter", onSelect: () => open(id) },
    { label: words.rename, icon: <Pencil size={SIZE} />, keys: "e", onSelect: () => edit(id) },
    { label: words.addSubtask, icon: <ListPlus size={SIZE} />, onSelect: () => open(id, "subtasks") },
  ];
  const moves: MenuItem[] = [
    {
      label: words.moveUp,
      icon: <ArrowUp size={SIZE} />,
      keys: keyNames("Alt+ArrowUp"),
      onSelect: () => stepTask(id, "up"),
    },
    {
      label: words.moveDown,
      icon: <ArrowDown size={SIZE} />,
      keys: keyNames("Alt+ArrowDown"),
      onSelect: () => stepTask(id, "down"),
    },
    { label: words.moveTop, icon: <ArrowUpToLine size={SIZE} />, onSelect: () => stepTask(id, "top") },
    { label: words.moveBottom, icon: <ArrowDownToLine size={SIZE} />, onSelect: () => stepTask(id, "bottom") },
    {
      label: words.indent,
      icon: <IndentIncrease size={SIZE} />,
      keys: keyNames("Alt+ArrowRight"),
      onSelect: () => indentTask(id),
    },
    {
      label: words.outdent,
      icon: <IndentDecrease size={SIZE} />,
      keys: keyNames("Alt+ArrowLeft"),
      disabled: task.parent_id === null,
      onSelect: () => outdentTask(id),
    },
  ];
  const dates: MenuItem[] = [
    { label: words.dueToday, icon: <CalendarDays size={SIZE} />, onSelect: () => setDue(id, "today") },
    { label: words.dueTomorrow, icon: <CalendarPlus size={SIZE} />, onSelect: () => setDue(id, "tomorrow") },
    { label: words.dueNextWeek, icon: <CalendarPlus size={SIZE} />, onSelect: () => setDue(id, "next_week") },
    {
      label: words.noDue,
      icon: <CalendarX size={SIZE} />,
      disabled: task.due === null,
      onSelect: () => setDue(id, "none"),
    },
  ];
  const priorities: MenuItem[] = PRIORITIES.map((priority) => ({
    label: words.priority[priority],
    icon: <Flag size={SIZE} />,
    disabled: task.priority === priority,
    onSelect: () => setPriority(id, priority),
  }));
  const end: MenuItem[] = [
    {
      label: words.delete,
      icon: <Trash2 size={SIZE} />,
      keys: keyNames("Delete"),
      danger: true,
      onSelect: () => deleteTask(id),
    },
  ];
  return manual ? [about, moves, dates, priorities, end] : [about, dates, priorities, end];
}
