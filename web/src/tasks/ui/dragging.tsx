/** Moving tasks by dragging, in their manual order. What it takes is loaded after the list is there. */

import { GripVertical } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { strings } from "../../strings/tasks";
import { dropTask } from "./actions";
import styles from "./dragging.module.css";
import { TASK_ATTRIBUTE, taskAt } from "./focus";

/** This near to an end of the screen the page scrolls along. */
const EDGE_PIXELS = 90;
const PIXELS_PER_FRAME = 14;

type Adapter = typeof import("@atlaskit/pragmatic-drag-and-drop/element/adapter");

let adapter: Promise<Adapter> | undefined;

function load(): Promise<Adapter> {
  adapter ??= import("@atlaskit/pragmatic-drag-and-drop/element/adapter");
  // Without it tasks are moved by their menu and by keyboard; the next list tries again.
  adapter.catch(() => (adapter = undefined));
  return adapter;
}

/** Runs an effect with the adapter once it is there. */
function withAdapter(effect: (adapter: Adapter) => () => void): () => void {
  let end = () => {};
  let over = false;
  load().then(
    (loaded) => {
      if (!over) end = effect(loaded);
    },
    () => {},
  );
  return () => {
    over = true;
    end();
  };
}

/** What a row is dragged by. For those who see and point; the menu and the keyboard do the same. */
export function DragHandle() {
  const handle = useRef<HTMLSpanElement>(null);
  useEffect(
    () =>
      withAdapter(({ draggable }) => {
        const row = handle.current?.closest<HTMLElement>(`[${TASK_ATTRIBUTE}]`);
        if (!row || !handle.current) return () => {};
        return draggable({ element: row, dragHandle: handle.current, getInitialData: () => ({ id: taskAt(row) }) });
      }),
    [],
  );
  return (
    <span ref={handle} className={styles.handle} title={strings.row.drag} aria-hidden="true" data-drag-handle>
      <GripVertical size={16} />
    </span>
  );
}

/** Where what is dragged would go. */
interface Drop {
  target: string;
  edge: "before" | "behind";
  /** Of the line that shows it, from the top of the list. */
  top: number;
  level: number;
}

/**
 * Lets the rows of a list be dragged.
 *
 * @param onStart is told which task is dragged.
 * @returns where a line shows the place it would go to; null while there is none.
 */
export function useDragging(
  list: RefObject<HTMLUListElement | null>,
  enabled: boolean,
  onStart: (id: string) => void,
): Pick<Drop, "top" | "level"> | null {
  const [drop, setDrop] = useState<Drop | null>(null);
  useEffect(() => {
    const element = list.current;
    if (!enabled || !element) return;
    return withAdapter(({ dropTargetForElements, monitorForElements }) => {
      const scroller = edgeScroller();
      const endTarget = dropTargetForElements({ element });
      const endMonitor = monitorForElements({
        onDragStart: ({ source, location }) => {
          onStart(String(source.data.id));
          scroller.start(location.current.input.clientY);
        },
        onDrag: ({ source, location }) => {
          const { clientY } = location.current.input;
          scroller.at(clientY);
          const over = location.current.dropTargets.length > 0;
          const found = over ? placeAt(element, clientY, String(source.data.id)) : null;
          setDrop((shown) => (shown?.top === found?.top && shown?.level === found?.level ? shown : found));
        },
        onDrop: ({ source, location }) => {
          scroller.stop();
          setDrop(null);
          if (location.current.dropTargets.length === 0) return;
          const place = placeAt(element, location.current.input.clientY, String(source.data.id));
          if (place) dropTask(String(source.data.id), place.target, place.edge);
        },
      });
      return () => {
        scroller.stop();
        endTarget();
        endMonitor();
        setDrop(null);
      };
    });
  }, [list, enabled, onStart]);
  return drop;
}

/** The line where what is dragged would go. */
export function DropLine({ top, level }: Pick<Drop, "top" | "level">) {
  return (
    <li
      aria-hidden="true"
      data-drop-line
      className={styles.line}
      style={{ top, left: `calc(${level - 1} * 1.5rem)` }}
    />
  );
}

/** Before or behind the row at a height of the screen. */
function placeAt(list: HTMLElement, y: number, dragged: string): Drop | null {
  const rows = [...list.querySelectorAll<HTMLElement>(`[${TASK_ATTRIBUTE}]`)];
  const at = rows.findIndex((row) => y < row.getBoundingClientRect().bottom);
  const row = rows[at];
  if (!row) return null;
  const { top, height } = row.getBoundingClientRect();
  const below = y > top + height / 2 ? rows[at + 1] : undefined;
  // Right behind a task with its subtasks shown is before the first of them.
  const isFirstChild = below !== undefined && levelOf(below) > levelOf(row);
  const [target, edge] =
    isFirstChild && below
      ? ([below, "before"] as const)
      : y > top + height / 2
        ? ([row, "behind"] as const)
        : ([row, "before"] as const);
  const id = taskAt(target);
  if (id === null || id === dragged) return null;
  const place = target.getBoundingClientRect();
  const line = (edge === "before" ? place.top : place.bottom) - list.getBoundingClientRect().top;
  return { target: id, edge, top: Math.round(line), level: levelOf(target) };
}

function levelOf(row: Element): number {
  return Number(row.getAttribute("aria-level"));
}

/** Scrolls the page while the pointer is near an end of the screen. */
function edgeScroller() {
  let y = 0;
  let frame = 0;
  function step(): void {
    const fromEnd = Math.min(y, window.innerHeight - y);
    if (fromEnd < EDGE_PIXELS) {
      const share = 1 - Math.max(0, fromEnd) / EDGE_PIXELS;
      window.scrollBy(0, Math.ceil(share * PIXELS_PER_FRAME) * (y < window.innerHeight / 2 ? -1 : 1));
    }
    frame = requestAnimationFrame(step);
  }
  return {
    start(at: number): void {
      y = at;
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(step);
    },
    at(now: number): void {
      y = now;
    },
    stop(): void {
      cancelAnimationFrame(frame);
    },
  };
}
