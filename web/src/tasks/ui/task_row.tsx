/** A row of the list: a task with what can be done to it. */

import {
  AlignLeft,
  ChevronDown,
  ChevronRight,
  CloudUpload,
  Ellipsis,
  Flag,
  Repeat2,
  RotateCcw,
  Trash2,
} from "lucide-react";
import { memo } from "react";
import { Link } from "wouter";
import { strings } from "../../strings/tasks";
import { IconButton } from "../../ui/button";
import { Menu } from "../../ui/menu";
import type { Task } from "../model";
import type { View } from "../views/views";
import { describeDue } from "../words/due";
import { describeRepeat } from "../words/recurrence";
import type { Clock } from "./clock";
import { DragHandle } from "./dragging";
import { addressOf, type Part } from "./location";
import { menuOf } from "./task_menu";
import styles from "./task_row.module.css";
import { addressOfTag } from "./tasks_nav";
import { moment } from "./times";
import { TitleEditor } from "./title_editor";

/** What a row asks the page to do. */
export interface RowActions {
  complete: (id: string) => void;
  toggle: (id: string) => void;
  open: (id: string, part?: Part) => void;
  restore: (id: string) => void;
  purge: (task: Task) => void;
  /** The title is to be edited where it stands. */
  edit: (id: string) => void;
  endEdit: (id: string, refocus: boolean) => void;
}

interface TaskRowProps {
  task: Task;
  depth: number;
  childCount: number;
  doneCount: number;
  parentTitle: string | null;
  list: View["list"];
  clock: Clock;
  pending: boolean;
  collapsed: boolean;
  /** Tab leads to what is in this row, and to no other. */
  active: boolean;
  editing: boolean;
  manual: boolean;
  /** Whether any task of the list has subtasks. */
  nested: boolean;
  actions: RowActions;
}

export const TaskRow = memo(function TaskRow(props: TaskRowProps) {
  const { task, depth, childCount, list, collapsed, active, editing, manual, nested, actions } = props;
  const tabIndex = active ? 0 : -1;
  const inTrash = list === "trash";
  return (
    <div
      className={`${styles.row} ${task.completed ? styles.done : ""}`}
      style={{ paddingInlineStart: `calc(${depth} * var(--indent))` }}
    >
      {manual && <DragHandle />}
      {manual &&
        nested &&
        (childCount > 0 ? (
          <IconButton
            className={styles.toggle}
            tabIndex={tabIndex}
            aria-expanded={!collapsed}
            label={collapsed ? strings.row.expand(task.title) : strings.row.collapse(task.title)}
            icon={collapsed ? <ChevronRight size={18} /> : <ChevronDown size={18} />}
            onClick={() => actions.toggle(task.id)}
          />
        ) : (
          <span className={styles.toggle} />
        ))}
      {!inTrash && (
        <label className={styles.check} data-priority={task.priority}>
          <input
            type="checkbox"
            tabIndex={tabIndex}
            checked={task.completed}
            aria-label={task.completed ? strings.row.reopen(task.title) : strings.row.complete(task.title)}
            onChange={() => actions.complete(task.id)}
          />
        </label>
      )}
      <div className={styles.body}>
        {editing ? (
          <TitleEditor task={task} onEnd={(refocus) => actions.endEdit(task.id, refocus)} />
        ) : (
          <Link
            href={addressOf(task.id)}
            className={styles.title}
            tabIndex={tabIndex}
            data-title
            aria-describedby={`about-${task.id}`}
            onClick={(event) => {
              event.preventDefault();
              actions.open(task.id);
            }}
          >
            {task.title}
          </Link>
        )}
        <Chips {...props} tabIndex={tabIndex} />
      </div>
      {inTrash ? (
        <>
          <IconButton
            tabIndex={tabIndex}
            label={`${strings.actions.restore}: ${task.title}`}
            icon={<RotateCcw size={18} />}
            onClick={() => actions.restore(task.id)}
          />
          <IconButton
            tabIndex={tabIndex}
            label={`${strings.actions.purge}: ${task.title}`}
            icon={<Trash2 size={18} />}
            onClick={() => actions.purge(task)}
          />
        </>
      ) : (
        <Menu
          trigger={
            <IconButton tabIndex={tabIndex} label={strings.row.menu(task.title)} icon={<Ellipsis size={18} />} />
          }
          groups={menuOf(task, manual, actions)}
        />
      )}
    </div>
  );
});

/** What is known of a task, in short. */
function Chips({
  task,
  childCount,
  doneCount,
  parentTitle,
  list,
  clock,
  pending,
  tabIndex,
}: TaskRowProps & { tabIndex: number }) {
  const due = task.due === null ? null : describeDue(task, clock.now, clock.zone);
  const isOverdue = due?.state === "overdue" && !task.completed && list !== "trash";
  return (
    <div className={styles.chips} id={`about-${task.id}`}>
      {due && (
        <span className={styles.chip} data-due={task.completed ? "later" : due.state} title={due.exact}>
          {isOverdue && `${strings.row.overdue}: `}
          {due.text}
        </span>
      )}
      {task.repeat !== null && (
        <span className={styles.chip}>
          <Repeat2 size={14} aria-hidden />
          {describeRepeat(task.repeat)}
        </span>
      )}
      {task.priority !== "none" && (
        <span className={styles.chip} data-priority={task.priority}>
          <Flag size={14} aria-hidden />
          {strings.actions.priority[task.priority]}
        </span>
      )}
      {childCount > 0 && (
        <span className={styles.chip}>
          <span aria-hidden="true">{strings.row.progress(doneCount, childCount)}</span>
          <span className="visually-hidden">{strings.row.progressLabel(doneCount, childCount)}</span>
        </span>
      )}
      {parentTitle !== null && <span className={styles.soft}>{strings.row.subtaskOf(parentTitle)}</span>}
      {task.tags.map((tag) => (
        <Link key={tag} href={addressOfTag(tag)} className={styles.tag} tabIndex={tabIndex}>
          #{tag}
        </Link>
      ))}
      {task.description !== null && (
        <span className={styles.soft} title={strings.row.description}>
          <AlignLeft size={14} aria-hidden />
          <span className="visually-hidden">{strings.row.description}</span>
        </span>
      )}
      {list === "trash" && task.deleted_at !== null && (
        <span className={styles.soft}>{strings.row.deleted(moment(task.deleted_at))}</span>
      )}
      {list === "completed" && task.completed_at !== null && (
        <span className={styles.soft}>{strings.row.completed(moment(task.completed_at))}</span>
      )}
      {pending && (
        <span className={styles.soft} title={strings.row.pending} data-pending>
          <CloudUpload size={14} aria-hidden />
          <span className="visually-hidden">{strings.row.pending}</span>
        </span>
      )}
    </div>
  );
}
