/**
 * The list of tasks. Of thousands of rows only those near the screen are in the page; the row with the focus always is,
 * so that the focus is never lost.
 */

import { defaultRangeExtractor, type Range, useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Row, View } from "../views/views";
import type { Clock } from "./clock";
import { DropLine, useDragging } from "./dragging";
import { TASK_ATTRIBUTE, takeFocus, taskAt } from "./focus";
import styles from "./task_list.module.css";
import { type RowActions, TaskRow } from "./task_row";

const ROW_PIXELS = 46;
const OVERSCAN = 8;
/** What the header covers, with some space. */
const COVERED_PIXELS = 72;
const FIRST = 0;

interface TaskListProps {
  /** What the list is of. */
  label: string;
  list: View["list"];
  /** Those of the rows that are not hidden below a collapsed one. */
  rows: readonly Row[];
  clock: Clock;
  pending: ReadonlySet<string>;
  collapsed: ReadonlySet<string>;
  /** Whether the rows are in their manual order. */
  manual: boolean;
  /** The task whose title is being edited. */
  editing: string | null;
  actions: RowActions;
}

export function TaskList(props: TaskListProps) {
  const { label, list, rows, clock, pending, collapsed, editing, manual, actions } = props;
  const element = useRef<HTMLUListElement>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  /** The task that gets the focus once its row is in the page. */
  const wanted = useRef<string | null>(null);
  const hasFocus = useRef(false);
  /** The active row, and where it was when it was last there. */
  const last = useRef<{ id: string | null; index: number }>({ id: null, index: FIRST });
  const margin = useTop(element);

  const indexes = useMemo(() => new Map(rows.map((row, index) => [row.task.id, index])), [rows]);
  const nested = useMemo(() => rows.some((row) => row.children > 0), [rows]);
  const activeIndex = (activeId === null ? undefined : indexes.get(activeId)) ?? FIRST;
  const rangeExtractor = useCallback(
    (range: Range) => {
      const shown = defaultRangeExtractor(range);
      if (activeIndex < range.count && !shown.includes(activeIndex)) shown.push(activeIndex);
      return shown.sort((one, other) => one - other);
    },
    [activeIndex],
  );
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PIXELS,
    overscan: OVERSCAN,
    scrollMargin: margin,
    scrollPaddingStart: COVERED_PIXELS,
    scrollPaddingEnd: COVERED_PIXELS,
    getItemKey: (index) => rows[index]?.task.id ?? index,
    rangeExtractor,
  });

  const focusRow = useCallback(
    (id: string) => {
      setActiveId(id);
      wanted.current = id;
      const index = indexes.get(id);
      if (index !== undefined) virtualizer.scrollToIndex(index);
      giveFocus(element.current, wanted);
    },
    [indexes, virtualizer],
  );

  useEffect(() => takeFocus(focusRow), [focusRow]);

  // The last row is gone, and the list with it: the keyboard goes on at the page's beginning.
  useEffect(
    () => () => {
      if (hasFocus.current) document.getElementById("main")?.focus({ preventScroll: true });
    },
    [],
  );

  // Each time something is shown: the row that waits for the focus may be there, or the one that had it gone.
  useLayoutEffect(() => {
    giveFocus(element.current, wanted);
    const index = activeId === null ? undefined : indexes.get(activeId);
    if (index !== undefined) {
      // It was moved, and is followed there.
      const isMoved = last.current.id === activeId && last.current.index !== index;
      if (isMoved && hasFocus.current) virtualizer.scrollToIndex(index);
      last.current = { id: activeId, index };
    } else if (hasFocus.current) {
      const next = rows[Math.min(last.current.index, rows.length - 1)];
      if (next) focusRow(next.task.id);
    }
  });

  // A menu that closes gives the focus back to its button, which may be gone with its row by then.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (hasFocus.current && document.activeElement === document.body && activeId !== null) focusRow(activeId);
    });
    return () => cancelAnimationFrame(frame);
  }, [activeId, focusRow]);

  const drop = useDragging(element, manual, setActiveId);

  function onKeyDown(event: KeyboardEvent<HTMLUListElement>): void {
    const id = taskAt(event.target);
    const index = id === null ? undefined : indexes.get(id);
    const { target } = event;
    if (id === null || index === undefined || event.defaultPrevented || isTextField(target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = { ArrowDown: index + 1, j: index + 1, ArrowUp: index - 1, k: index - 1, Home: 0, End: rows.length - 1 }[
      event.key
    ];
    if (to !== undefined) {
      const next = rows[Math.max(0, Math.min(to, rows.length - 1))];
      if (next) focusRow(next.task.id);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      if ((rows[index]?.children ?? 0) === 0) return;
      if (collapsed.has(id) === (event.key === "ArrowRight")) actions.toggle(id);
    } else if (event.key === " " && isTitle(target)) actions.complete(id);
    else if (event.key === "F2") actions.edit(id);
    else return;
    event.preventDefault();
  }

  return (
    <ul
      ref={element}
      className={styles.list}
      aria-label={label}
      style={{ height: virtualizer.getTotalSize() }}
      data-list={list}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        // In the menu of a row, which stands elsewhere in the page, too.
        hasFocus.current = true;
        const id = taskAt(event.target);
        if (id === null) return;
        setActiveId(id);
        if (wanted.current !== id) wanted.current = null;
      }}
      onBlur={(event) => {
        const { target } = event;
        if (event.relatedTarget) hasFocus.current = element.current?.contains(event.relatedTarget) ?? false;
        // It went nowhere: unless its row has just been taken away, that was wanted.
        else queueMicrotask(() => (hasFocus.current = !target.isConnected && hasFocus.current));
      }}
    >
      {virtualizer.getVirtualItems().map((item) => {
        const row = rows[item.index] as Row;
        const { task } = row;
        return (
          // biome-ignore lint/a11y/useAriaPropsSupportedByRole: list items do have levels (ARIA 1.2, section 5.3.2).
          <li
            key={task.id}
            ref={virtualizer.measureElement}
            data-index={item.index}
            {...{ [TASK_ATTRIBUTE]: task.id }}
            className={styles.item}
            style={{ transform: `translateY(${item.start - margin}px)` }}
            aria-setsize={rows.length}
            aria-posinset={item.index + 1}
            aria-level={row.depth + 1}
          >
            <TaskRow
              task={task}
              depth={row.depth}
              childCount={row.children}
              doneCount={row.done}
              parentTitle={row.parentTitle}
              list={list}
              clock={clock}
              pending={pending.has(task.id)}
              collapsed={collapsed.has(task.id)}
              active={item.index === activeIndex}
              editing={editing === task.id}
              manual={manual}
              nested={nested}
              actions={actions}
            />
          </li>
        );
      })}
      {drop && <DropLine {...drop} />}
    </ul>
  );
}

/** Gives the focus to the title of the task that waits for it, if that is in the page by now. */
function giveFocus(list: HTMLElement | null, wanted: { current: string | null }): void {
  if (wanted.current === null) return;
  const row = list?.querySelector(`[${TASK_ATTRIBUTE}="${wanted.current}"]`);
  const title = row?.querySelector<HTMLElement>("[data-title]");
  if (!title) return;
  wanted.current = null;
  title.focus({ preventScroll: true });
}

/** How far the element is from the top of the page. */
function useTop(element: { readonly current: HTMLElement | null }): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (element.current) setTop(Math.round(element.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    // What stands above it comes and goes, and makes what holds both larger and smaller.
    const observer = new ResizeObserver(measure);
    if (element.current?.parentElement) observer.observe(element.current.parentElement);
    return () => observer.disconnect();
  }, [element]);
  return top;
}

function isTextField(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type="checkbox"]), textarea, select');
}

function isTitle(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.hasAttribute("data-title");
}
