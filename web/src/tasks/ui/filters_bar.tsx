/** Search, filters and sorting of a list. All of that is in the address. */

import { ArrowDownNarrowWide, ArrowUpNarrowWide, ListFilter, X } from "lucide-react";
import { forwardRef, memo, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { strings } from "../../strings/tasks";
import { Button, IconButton } from "../../ui/button";
import type { Priority } from "../model";
import { DIRECTION_OF_SORT, DUE_FILTERS, SORTS, type tagsOf, type View } from "../views/views";
import styles from "./filters_bar.module.css";

const PRIORITIES = ["high", "medium", "low", "none"] as const satisfies Priority[];
const SEARCH_MILLISECONDS = 200;

interface FiltersBarProps {
  view: View;
  tags: ReturnType<typeof tagsOf>;
  /** Another view; with `replace` it takes the place of this one in the history. */
  onChange: (view: View, replace: boolean) => void;
}

export const FiltersBar = memo(
  forwardRef<HTMLInputElement, FiltersBarProps>(function FiltersBar({ view, tags, onChange }, search) {
    const id = useId();
    const [open, setOpen] = useState(false);
    const opener = useRef<HTMLButtonElement>(null);
    const set = (changed: Partial<View>) => onChange({ ...view, ...changed }, false);
    const active = activeFilters(view);
    /** What does it is gone then: the keyboard goes on at the button for filters. */
    const setByChip = (changed: Partial<View>) => {
      set(changed);
      opener.current?.focus();
    };
    return (
      <search className={styles.bar} aria-label={strings.filters.label}>
        <div className={styles.line}>
          <SearchField ref={search} view={view} onChange={onChange} />
          <Button
            ref={opener}
            variant="quiet"
            aria-expanded={open}
            aria-controls={`${id}-filters`}
            onClick={() => setOpen(!open)}
          >
            <ListFilter size={18} aria-hidden />
            {strings.filters.filters}
          </Button>
          <select
            className={styles.sort}
            aria-label={strings.filters.sort}
            value={view.sort}
            // Each way of sorting has a direction of its own that is usual.
            onChange={(event) => onChange(sortedBy(view, event.target.value as View["sort"]), false)}
          >
            {SORTS.map((sort) => (
              <option key={sort} value={sort}>
                {strings.filters.sorts[sort]}
              </option>
            ))}
          </select>
          <IconButton
            label={view.direction === "asc" ? strings.filters.ascending : strings.filters.descending}
            icon={view.direction === "asc" ? <ArrowDownNarrowWide size={18} /> : <ArrowUpNarrowWide size={18} />}
            onClick={() => set({ direction: view.direction === "asc" ? "desc" : "asc" })}
          />
        </div>
        <div id={`${id}-filters`} className={styles.panel} hidden={!open}>
          <Choices label={strings.filters.priority}>
            {PRIORITIES.map((priority) => (
              <Choice
                key={priority}
                label={strings.actions.priority[priority]}
                chosen={view.priorities.includes(priority)}
                onToggle={() => set({ priorities: toggled(view.priorities, priority) })}
              />
            ))}
          </Choices>
          <Choices label={strings.filters.due}>
            {DUE_FILTERS.filter((due) => due !== "any").map((due) => (
              <Choice
                key={due}
                label={strings.filters.dueChoices[due]}
                chosen={view.due === due}
                onToggle={() => set({ due: view.due === due ? "any" : due })}
              />
            ))}
          </Choices>
          {tags.length > 0 && (
            <Choices label={strings.filters.tags}>
              {tags.map(({ tag }) => (
                <Choice
                  key={tag}
                  label={`#${tag}`}
                  chosen={view.tags.includes(tag)}
                  onToggle={() => set({ tags: toggled(view.tags, tag) })}
                />
              ))}
            </Choices>
          )}
        </div>
        {active.length > 0 && (
          <div className={styles.chips}>
            {active.map(({ label, without }) => (
              <button
                key={label}
                type="button"
                className={styles.chip}
                aria-label={strings.filters.remove(label)}
                onClick={() => setByChip(without)}
              >
                {label}
                <X size={14} aria-hidden />
              </button>
            ))}
            <Button variant="quiet" onClick={() => setByChip({ q: "", priorities: [], due: "any", tags: [] })}>
              {strings.filters.clear}
            </Button>
          </div>
        )}
      </search>
    );
  }),
);

/** What is searched for; the address follows when the typing pauses. */
const SearchField = forwardRef<HTMLInputElement, Pick<FiltersBarProps, "view" | "onChange">>(function SearchField(
  { view, onChange },
  ref,
) {
  const [text, setText] = useState(view.q);
  /** What the address has, as far as it came from here. */
  const sent = useRef(view.q);

  useEffect(() => {
    if (view.q === sent.current) return;
    sent.current = view.q;
    setText(view.q);
  }, [view.q]);

  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      // Going on with a search is the same step for Back.
      const isSameSearch = sent.current !== "" && text !== "";
      sent.current = text;
      onChange({ ...view, q: text }, isSameSearch);
    }, SEARCH_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [text, view, onChange]);

  return (
    <input
      ref={ref}
      type="search"
      className={styles.search}
      aria-label={strings.filters.search}
      placeholder={strings.filters.search}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") setText("");
      }}
    />
  );
});

function Choices({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className={styles.choices}>
      <legend>{label}</legend>
      {children}
    </fieldset>
  );
}

function Choice({ label, chosen, onToggle }: { label: string; chosen: boolean; onToggle: () => void }) {
  return (
    <label className={styles.choice}>
      <input type="checkbox" checked={chosen} onChange={onToggle} />
      {label}
    </label>
  );
}

/** The filters of a view in words, with what the view is without each. */
function activeFilters(view: View): { label: string; without: Partial<View> }[] {
  const q = view.q.trim();
  return [
    ...(q === "" ? [] : [{ label: strings.filters.searchChip(q), without: { q: "" } }]),
    ...view.priorities.map((priority) => ({
      label: strings.actions.priority[priority],
      without: { priorities: toggled(view.priorities, priority) },
    })),
    ...(view.due === "any" ? [] : [{ label: strings.filters.dueChoices[view.due], without: { due: "any" as const } }]),
    ...view.tags.map((tag) => ({ label: `#${tag}`, without: { tags: toggled(view.tags, tag) } })),
  ];
}

function sortedBy(view: View, sort: View["sort"]): View {
  return { ...view, sort, direction: DIRECTION_OF_SORT[sort] };
}

function toggled<Choice>(chosen: readonly Choice[], choice: Choice): Choice[] {
  return chosen.includes(choice) ? chosen.filter((each) => each !== choice) : [...chosen, choice];
}
