/** A value that lives outside of all components, and that components follow. */

import { useSyncExternalStore } from "react";

export interface Observable<Value> {
  get(): Value;
  /** Every component that uses it is drawn anew, unless it is the same value. */
  set(value: Value): void;
  /** The value, for a component. */
  use(): Value;
}

export function observable<Value>(initial: Value): Observable<Value> {
  let value = initial;
  const listeners = new Set<() => void>();
  const get = () => value;
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    get,
    set(now) {
      value = now;
      for (const listener of listeners) listener();
    },
    use: function useValue() {
      return useSyncExternalStore(subscribe, get);
    },
  };
}
