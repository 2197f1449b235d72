/** Where the focus goes when what had it is gone. */

/** For the `ref` of what has just appeared, such as a heading with `tabIndex={-1}`. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
