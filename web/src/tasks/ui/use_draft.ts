/** A text that is saved by itself: some time after the typing paused, and when its field is left or taken away. */

import { useEffect, useRef, useState } from "react";

const SAVE_MILLISECONDS = 700;

interface Draft {
  text: string;
  change: (text: string) => void;
  /** Saves now what is not saved yet. */
  flush: () => void;
  /** What is wrong with the text; null when it is right. Only what is right is saved. */
  problem: string | null;
  /** Whether it is still to be saved. */
  dirty: boolean;
}

/**
 * @param saved the text as it is; what comes from elsewhere is shown as long as nothing else is being typed.
 * @param save is called with what is new and right.
 */
export function useDraft(
  saved: string,
  save: (text: string) => void,
  problemOf: (text: string) => string | null,
): Draft {
  const [draft, setDraft] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ draft, saved, save, problemOf });
  latest.current = { draft, saved, save, problemOf };

  function flush(): void {
    clearTimeout(timer.current);
    const { draft, saved, save, problemOf } = latest.current;
    if (draft === null || problemOf(draft) !== null) return;
    if (draft !== saved) save(draft);
    latest.current.draft = null;
    setDraft(null);
  }

  const atEnd = useRef(flush);
  atEnd.current = flush;
  useEffect(() => {
    const end = () => atEnd.current();
    // The last that is heard of a tab that is closed, or put to sleep.
    document.addEventListener("visibilitychange", end);
    return () => {
      document.removeEventListener("visibilitychange", end);
      end();
    };
  }, []);

  return {
    text: draft ?? saved,
    change: (text) => {
      setDraft(text);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => atEnd.current(), SAVE_MILLISECONDS);
    },
    flush,
    problem: draft === null ? null : problemOf(draft),
    dirty: draft !== null && draft !== saved,
  };
}
