/** Which task of the list has the keyboard's focus, and how others give it to one. */

/** On the element of each task in the list. */
export const TASK_ATTRIBUTE = "data-task";

type Taker = (id: string) => void;

let taker: Taker | null = null;

/** The id of the task that the focus is on or in; null when it is nowhere in the list. */
export function focusedTask(): string | null {
  return taskAt(document.activeElement);
}

/** The id of the task of the list that an element belongs to. */
export function taskAt(element: EventTarget | null): string | null {
  return element instanceof Element
    ? (element.closest(`[${TASK_ATTRIBUTE}]`)?.getAttribute(TASK_ATTRIBUTE) ?? null)
    : null;
}

/** Gives the focus to a task as soon as the list has it. */
export function focusTask(id: string): void {
  taker?.(id);
}

/** The list that is there takes the focus; returns how to end that. */
export function takeFocus(list: Taker): () => void {
  taker = list;
  return () => {
    if (taker === list) taker = null;
  };
}
