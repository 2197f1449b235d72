/**
 * Adds tasks: one field, whose dates, tags and so on are shown as chips while they are typed. It keeps the text to
 * itself, so that typing shows nothing else anew.
 */

import { X } from "lucide-react";
import { type ClipboardEvent, forwardRef, type SubmitEvent, useId, useMemo, useRef, useState } from "react";
import { strings } from "../../strings/tasks";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import type { Task, TaskFields } from "../model";
import { taskStore } from "../use_tasks";
import type { View } from "../views/views";
import type { Chip } from "../words/quick_add";
import { dayAhead, newTask } from "./actions";
import { clockNow } from "./clock";
import { problemOfTitle } from "./limits";
import { orderAtTop } from "./places";
import styles from "./quick_add.module.css";

const LINES_LIMIT = 50;

type Parser = typeof import("../words/quick_add").parseQuickAdd;

interface QuickAddProps {
  view: View;
  /** Tasks were added. */
  onAdded: (ids: string[]) => void;
  /** The keyboard goes on to the list. */
  onLeave: () => void;
}

export const QuickAdd = forwardRef<HTMLInputElement, QuickAddProps>(function QuickAdd(
  { view, onAdded, onLeave },
  field,
) {
  const id = useId();
  const [text, setText] = useState("");
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<string | null>(null);
  const [lines, setLines] = useState<string[] | null>(null);
  const [parser, setParser] = useState<{ parse: Parser } | null>(null);
  /** What is being added: Enter once more, while the parser is loaded, adds nothing more. */
  const taken = useRef<string | null>(null);

  const chips = useMemo(() => (parser ? parser.parse(text, clockNow(), kept).chips : []), [parser, text, kept]);

  async function load(): Promise<Parser | null> {
    if (parser) return parser.parse;
    try {
      const { parseQuickAdd } = await import("../words/quick_add");
      setParser({ parse: parseQuickAdd });
      return parseQuickAdd;
    } catch {
      // It is not on this device and there is no network: the text is the title.
      return null;
    }
  }

  /** The chip and its button are gone then: the keyboard goes on in the field. */
  function keep(chip: Chip): void {
    setKept(new Set([...kept, chip.text]));
    document.getElementById(id)?.focus();
  }

  async function add(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const typed = text;
    if (taken.current === typed) return;
    taken.current = typed;
    const fields = fieldsOf(typed, await load(), kept, view);
    taken.current = null;
    const wrong = problemOfTitle(fields.title);
    setProblem(wrong);
    if (wrong !== null) return;
    const change = newTask({ ...fields, order: orderAtTop(taskStore().snapshot().tasks) });
    taskStore().dispatch(change);
    announce(strings.add.added(fields.title));
    // What was typed while the parser was loaded is the next one.
    setText((now) => (now === typed ? "" : now));
    setKept(new Set());
    onAdded([change.id]);
  }

  async function addLines(all: string[]): Promise<void> {
    setLines(null);
    const parse = await load();
    const fields = all.map((line) => fieldsOf(line, parse, new Set(), view));
    const good = fields.filter(({ title }) => problemOfTitle(title) === null);
    const first = orderAtTop(taskStore().snapshot().tasks);
    // The first line comes first, and all before what is there.
    const changes = good.map((each, index) => newTask({ ...each, order: first - (good.length - 1 - index) * 1024 }));
    taskStore().dispatch(...changes);
    announce(strings.add.severalAdded(changes.length));
    onAdded(changes.map((change) => change.id));
  }

  function onPaste(event: ClipboardEvent<HTMLInputElement>): void {
    const pasted = event.clipboardData
      .getData("text/plain")
      .split(/\r\n|\r|\n/)
      .map((line) => line.trim())
      .filter(Boolean);
    if (pasted.length < 2) return;
    event.preventDefault();
    setLines(pasted);
  }

  const first = lines?.slice(0, LINES_LIMIT) ?? [];
  return (
    <form className={styles.form} onSubmit={(event) => void add(event)} noValidate data-quick-add>
      <label htmlFor={id} className="visually-hidden">
        {labelOf(view)}
      </label>
      <div className={styles.line}>
        <input
          ref={field}
          id={id}
          className={styles.input}
          placeholder={labelOf(view)}
          value={text}
          autoComplete="off"
          enterKeyHint="done"
          aria-describedby={`${id}-about`}
          aria-invalid={problem !== null || undefined}
          onFocus={() => void load()}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
          onPaste={onPaste}
          onKeyDown={(event) => {
            if (event.key === "Escape" || (event.key === "ArrowDown" && text === "")) {
              event.preventDefault();
              onLeave();
            }
          }}
        />
        <Button type="submit" variant="primary">
          {strings.add.button}
        </Button>
      </div>
      <div id={`${id}-about`} className={styles.about}>
        {problem !== null ? (
          <span className={styles.problem} role="alert">
            {problem}
          </span>
        ) : (
          chips.length === 0 && <span className={styles.hint}>{strings.add.hint}</span>
        )}
        {chips.length > 0 && <span className="visually-hidden">{strings.add.understood}</span>}
        {chips.map((chip) => (
          <UnderstoodChip key={`${chip.start}`} chip={chip} onKeep={() => keep(chip)} />
        ))}
      </div>
      <ConfirmDialog
        open={lines !== null}
        title={strings.add.severalTitle}
        confirm={strings.add.severalConfirm(first.length)}
        onClose={() => setLines(null)}
        onConfirm={() => void addLines(first)}
      >
        <p>{strings.add.several(lines?.length ?? 0)}</p>
        {(lines?.length ?? 0) > LINES_LIMIT && <p>{strings.add.tooMany(LINES_LIMIT)}</p>}
      </ConfirmDialog>
    </form>
  );
});

/** Something that was understood; its button makes it a part of the title. */
function UnderstoodChip({ chip, onKeep }: { chip: Chip; onKeep: () => void }) {
  return (
    <span className={styles.chip} data-chip={chip.kind}>
      {chip.label}
      <button type="button" className={styles.keep} aria-label={strings.add.keepAsText(chip.label)} onClick={onKeep}>
        <X size={14} aria-hidden />
      </button>
    </span>
  );
}

function labelOf(view: View): string {
  if (view.list === "today") return strings.add.today;
  return view.tags.length > 0 ? strings.add.tagged(strings.tagTitle(view.tags)) : strings.add.label;
}

/** What a line comes to in a view: a list of one day or tag gives it to what is added there. */
function fieldsOf(
  text: string,
  parse: Parser | null,
  kept: ReadonlySet<string>,
  view: View,
): Omit<TaskFields, "order" | "description" | "parent_id"> {
  const plain: Pick<Task, "priority" | "repeat" | "repeat_from" | "due" | "due_timezone" | "tags" | "title"> = {
    title: text.trim(),
    due: null,
    due_timezone: null,
    priority: "none",
    tags: [],
    repeat: null,
    repeat_from: "due",
  };
  const { chips: _, ...fields } = parse ? parse(text, clockNow(), kept) : { ...plain, chips: [] };
  return {
    ...fields,
    due: fields.due ?? (view.list === "today" ? dayAhead(0) : null),
    tags: [...new Set([...fields.tags, ...(view.list === "all" ? view.tags : [])])],
  };
}
