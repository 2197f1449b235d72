/** How a task repeats: one of the usual ways, or a rule of one's own, which the service checks. */

import { useState } from "react";
import { strings } from "../../strings/tasks";
import { SelectField, TextField } from "../../ui/field";
import type { Task } from "../model";
import { describeRepeat, REPEAT_CHOICES } from "../words/recurrence";
import { dayAhead, patchTask } from "./actions";
import { Pair } from "./pair";
import { useDraft } from "./use_draft";

const NONE = "";
const OWN = "own";

export function RepeatFields({ task }: { task: Task }) {
  const words = strings.details;
  const { id, due, repeat } = task;
  const usual = REPEAT_CHOICES(due ?? dayAhead(0));
  const isUsual = repeat === null || usual.some(({ rule }) => rule === repeat);
  const choices = isUsual ? usual : [{ label: describeRepeat(repeat), rule: repeat }, ...usual];
  const [isOwn, setIsOwn] = useState(false);
  const rule = useDraft(
    repeat ?? "",
    (text) => setRule(text.trim() === "" ? null : text.trim().toUpperCase()),
    () => null,
  );

  function setRule(chosen: string | null): void {
    patchTask(id, { repeat: chosen, ...(chosen !== null && due === null && { due: dayAhead(0), due_timezone: null }) });
  }

  function choose(value: string): void {
    setIsOwn(value === OWN);
    if (value !== OWN) setRule(value === NONE ? null : value);
  }

  return (
    <>
      <Pair>
        <SelectField
          label={words.repeat}
          value={isOwn ? OWN : (repeat ?? NONE)}
          hint={due === null ? words.needsDue : undefined}
          onChange={(event) => choose(event.target.value)}
        >
          <option value={NONE}>{words.noRepeat}</option>
          {choices.map(({ label, rule }) => (
            <option key={rule} value={rule}>
              {label}
            </option>
          ))}
          <option value={OWN}>{words.ownRule}</option>
        </SelectField>
        {repeat !== null && (
          <SelectField
            label={words.repeatFrom}
            value={task.repeat_from}
            onChange={(event) => patchTask(id, { repeat_from: event.target.value as Task["repeat_from"] })}
          >
            <option value="due">{words.repeatFroms.due}</option>
            <option value="completion">{words.repeatFroms.completion}</option>
          </SelectField>
        )}
      </Pair>
      {isOwn && (
        <TextField
          label={words.rule}
          value={rule.text}
          hint={repeat === null ? words.ruleHint : describeRepeat(repeat)}
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={300}
          onChange={(event) => rule.change(event.target.value)}
          onBlur={rule.flush}
        />
      )}
    </>
  );
}
