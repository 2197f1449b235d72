/** Lets the person choose between two versions of a task: as it was changed here, and as it was changed elsewhere. */

import { strings } from "../../strings/tasks";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import type { Conflict, Task } from "../model";
import { taskStore } from "../use_tasks";
import { describeDue } from "../words/due";
import { describeRepeat } from "../words/recurrence";
import { clockNow } from "./clock";
import styles from "./conflict_dialog.module.css";

type Member = Conflict["members"][number];

const MEMBERS: readonly Member[] = [
  "title",
  "completed",
  "description",
  "due",
  "repeat",
  "repeat_from",
  "priority",
  "tags",
  "parent_id",
  "order",
];

interface ConflictDialogProps {
  conflicts: readonly Conflict[];
  tasks: ReadonlyMap<string, Task>;
  onClose: () => void;
}

export default function ConflictDialog({ conflicts, tasks, onClose }: ConflictDialogProps) {
  const [conflict] = conflicts;
  if (!conflict) return null;
  const { mine, theirs, number } = conflict;
  const words = strings.conflicts;
  const title = (mine ?? theirs)?.title ?? "";
  const members = MEMBERS.filter((member) => differs(conflict, member));

  function keep(which: "mine" | "theirs"): void {
    taskStore().resolve(number, which);
    announce(which === "mine" ? words.keptMine(title) : words.keptTheirs(title));
    if (conflicts.length === 1) onClose();
  }

  return (
    <Dialog
      title={words.title}
      width="46rem"
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => keep("theirs")}>{words.keepTheirs}</Button>
          <Button variant="primary" onClick={() => keep("mine")}>
            {words.keepMine}
          </Button>
        </>
      }
    >
      <p>{words.intro(title)}</p>
      <div className={styles.versions}>
        <Version label={words.mine} task={mine} absent={words.deletedHere} members={members} tasks={tasks} />
        <Version label={words.theirs} task={theirs} absent={words.gone} members={members} tasks={tasks} />
      </div>
      {conflicts.length > 1 && <p>{words.left(conflicts.length - 1)}</p>}
    </Dialog>
  );
}

interface VersionProps {
  label: string;
  task: Task | null;
  /** What is said when there is no task. */
  absent: string;
  members: readonly Member[];
  tasks: ReadonlyMap<string, Task>;
}

function Version({ label, task, absent, members, tasks }: VersionProps) {
  const words = strings.conflicts;
  return (
    <section className={styles.version} aria-label={label} data-version={label}>
      <h3>{label}</h3>
      {task === null ? (
        <p>{absent}</p>
      ) : (
        <>
          {task.deleted_at !== null && <p className={styles.state}>{words.trashed}</p>}
          <dl className={styles.members}>
            {!members.includes("title") && <Value label={words.members.title} value={task.title} />}
            {members.map((member) => (
              <Value key={member} label={words.members[member]} value={shown(task, member, tasks)} isDifferent />
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function Value({ label, value, isDifferent = false }: { label: string; value: string; isDifferent?: boolean }) {
  return (
    <div className={isDifferent ? styles.different : undefined}>
      <dt>
        {label}
        {isDifferent && <span className={styles.mark}>{strings.conflicts.differs}</span>}
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

/** A time and its zone are shown as one. */
function differs({ members }: Conflict, member: Member): boolean {
  return members.includes(member) || (member === "due" && members.includes("due_timezone"));
}

function shown(task: Task, member: Member, tasks: ReadonlyMap<string, Task>): string {
  const words = strings.conflicts;
  const { now, zone } = clockNow();
  switch (member) {
    case "completed":
      return task.completed ? words.yes : words.no;
    case "priority":
      return strings.actions.priority[task.priority];
    case "due":
    case "due_timezone":
      return describeDue(task, now, zone).exact;
    case "repeat":
      return task.repeat === null ? words.nothing : describeRepeat(task.repeat);
    case "repeat_from":
      return strings.details.repeatFroms[task.repeat_from];
    case "tags":
      return task.tags.length > 0 ? strings.tagTitle(task.tags) : words.nothing;
    case "parent_id":
      return (task.parent_id === null ? undefined : tasks.get(task.parent_id)?.title) ?? strings.details.noParent;
    case "order":
      return words.moved;
    default:
      return task[member] || words.nothing;
  }
}
