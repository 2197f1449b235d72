/** When a task is due: a day, perhaps a time, and whose clock that time is on. */

import { type ComponentProps, useState } from "react";
import { strings } from "../../strings/tasks";
import { SelectField, TextField } from "../../ui/field";
import type { Task } from "../model";
import { hasTime } from "../words/due";
import { patchTask } from "./actions";
import { clockNow } from "./clock";
import { Pair } from "./pair";

const FLOATING = "";
/** The years that the service takes. */
const FIRST_DAY = "1900-01-01";
const LAST_DAY = "9998-12-31";

export function DueFields({ task }: { task: Task }) {
  const words = strings.details;
  const [date = "", time = ""] = task.due?.split("T") ?? [];
  const { zone } = clockNow();

  function set(newDate: string, newTime: string, timezone: string | null): void {
    if (newDate === "") {
      // What has no date does not repeat.
      patchTask(task.id, { due: null, due_timezone: null, ...(task.repeat !== null && { repeat: null }) });
    } else if (newTime === "") patchTask(task.id, { due: newDate, due_timezone: null });
    else patchTask(task.id, { due: `${newDate}T${withSeconds(newTime)}`, due_timezone: timezone });
  }

  return (
    <Pair>
      <PartsField
        type="date"
        label={words.due}
        saved={date}
        min={FIRST_DAY}
        max={LAST_DAY}
        onSave={(typed) => set(typed, time, task.due_timezone)}
      />
      {date !== "" && (
        <PartsField
          type="time"
          label={words.time}
          saved={time.slice(0, 5)}
          hint={time === "" ? words.noTime : undefined}
          // A time that is new is on the clock at hand.
          onSave={(typed) => set(date, typed, time === "" ? zone : task.due_timezone)}
        />
      )}
      {task.due !== null && hasTime(task.due) && (
        <SelectField
          label={words.zone}
          value={task.due_timezone ?? FLOATING}
          onChange={(event) => set(date, time, event.target.value === FLOATING ? null : event.target.value)}
        >
          <option value={FLOATING}>{words.floating}</option>
          <option value={zone}>{words.here(zone)}</option>
          {zonesBeside(zone, task.due_timezone).map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </SelectField>
      )}
    </Pair>
  );
}

interface PartsFieldProps extends ComponentProps<typeof TextField> {
  saved: string;
  onSave: (typed: string) => void;
}

/**
 * A date or a time, typed part by part. What lacks a part on the way, or is no day of the calendar, is not saved: the
 * browser gives it out as empty.
 */
function PartsField({ saved, onSave, ...rest }: PartsFieldProps) {
  const [unfinished, setUnfinished] = useState<string | null>(null);
  return (
    <TextField
      {...rest}
      value={unfinished ?? saved}
      onChange={({ target: { value, validity } }) => {
        setUnfinished(validity.valid ? null : value);
        if (validity.valid) onSave(value);
      }}
      onBlur={() => setUnfinished(null)}
    />
  );
}

function withSeconds(time: string): string {
  return time.length === 5 ? `${time}:00` : time;
}

/** The zones of this browser, and that of the task, which can be one that it does not know. */
function zonesBeside(here: string, own: string | null): string[] {
  const zones = new Set([...Intl.supportedValuesOf("timeZone"), ...(own === null ? [] : [own])]);
  zones.delete(here);
  return [...zones].sort();
}
