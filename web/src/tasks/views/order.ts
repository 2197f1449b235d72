/** Numbers for the order that people give their tasks: the smallest comes first. */

import type { Task } from "../model";

const STEP = 1024;
/** The service takes no number beyond this one, and none so close to zero. */
const MOST = Number.MAX_SAFE_INTEGER;
const LEAST = 1e-100;

/** A number between two others; null: nothing is on that side. Where none is left between them, it is one of them. */
export function between(before: number | null, after: number | null): number {
  const [middle = 0] = spread(before, after, 1);
  return Math.abs(middle) < LEAST ? 0 : Math.max(-MOST, Math.min(MOST, middle));
}

/**
 * What has to be changed for a task to stand at another place, counted without itself, among siblings in their order.
 * Usually that is its own number; where none is left between its new neighbours, as few of them as needed get new ones.
 */
export function move(siblings: Task[], id: string, to: number): { id: string; order: number }[] {
  const from = siblings.findIndex((sibling) => sibling.id === id);
  const moved = siblings[from];
  if (moved === undefined || from === to) return [];
  const placed = siblings.toSpliced(from, 1).toSpliced(to, 0, moved);
  const at = placed.indexOf(moved);
  for (let size = 1; size < placed.length; size++) {
    for (let start = Math.max(0, at - size + 1); start <= at && start + size <= placed.length; start++) {
      const before = placed[start - 1]?.order ?? null;
      const after = placed[start + size]?.order ?? null;
      // Not looked into any further where there is no room: thousands can have the same number.
      if (before !== null && after !== null && before >= after) continue;
      const numbers = spread(before, after, size);
      if (isInOrder(before, numbers, after)) return changes(placed.slice(start, start + size), numbers);
    }
  }
  return changes(placed, spread(null, null, placed.length));
}

function changes(tasks: Task[], numbers: number[]): { id: string; order: number }[] {
  return tasks
    .map(({ id, order }, index) => ({ id, old: order, order: numbers[index] ?? order }))
    .filter(({ old, order }) => order !== old)
    .map(({ id, order }) => ({ id, order }));
}

/** So many numbers between two others, as far apart as can be; at an end, a step apart. */
function spread(before: number | null, after: number | null, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    if (before !== null && after !== null) return before + ((after - before) * (index + 1)) / (count + 1);
    if (after !== null) return after - STEP * (count - index);
    return before === null ? STEP * index : before + STEP * (index + 1);
  });
}

function isInOrder(before: number | null, numbers: number[], after: number | null): boolean {
  return (
    numbers.every((number) => Math.abs(number) <= MOST && (number === 0 || Math.abs(number) >= LEAST)) &&
    [before ?? Number.NEGATIVE_INFINITY, ...numbers, after ?? Number.POSITIVE_INFINITY].every(
      (number, index, all) => index === 0 || number > (all[index - 1] as number),
    )
  );
}
