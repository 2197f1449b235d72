/** The rows of a tree without those below a collapsed one. */

import { useCallback, useMemo, useState } from "react";
import type { Row } from "../views/views";

interface Folded {
  rows: readonly Row[];
  /** Ids of the tasks whose subtasks are hidden. */
  collapsed: ReadonlySet<string>;
  /** Hides the subtasks of a task, or shows them again. */
  toggle: (id: string) => void;
}

export function useFoldedRows(all: readonly Row[]): Folded {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((id: string) => {
    setCollapsed((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const rows = useMemo(() => without(all, collapsed), [all, collapsed]);
  return { rows, collapsed, toggle };
}

function without(all: readonly Row[], collapsed: ReadonlySet<string>): readonly Row[] {
  if (collapsed.size === 0) return all;
  let hiddenBelow = Number.POSITIVE_INFINITY;
  return all.filter(({ task, depth }) => {
    if (depth > hiddenBelow) return false;
    hiddenBelow = collapsed.has(task.id) ? depth : Number.POSITIVE_INFINITY;
    return true;
  });
}
