/**
 * Short messages that go away by themselves, with something to do about them at most. F6 leads there. What they are
 * made of is loaded with the first one.
 */

import { observable } from "../observable";
import { common } from "../strings/common";
import { part } from "./part";

export interface ToastOptions {
  /** What went wrong is told at once, and stays until it is closed. */
  error?: boolean;
  description?: string;
  action?: { label: string; run: () => void };
}

/** A message, and how it is shown and taken away. */
export interface Message extends ToastOptions {
  number: number;
  title: string;
}

const ToastViewport = part(() => import("./toast_viewport"));

const messages = observable<readonly Message[]>([]);
let last = 0;

/** Shows a message; returns how to take it away again. */
export function toast(title: string, options: ToastOptions = {}): () => void {
  last += 1;
  const number = last;
  messages.set([...messages.get(), { ...options, title, number }]);
  return () => withdraw(number);
}

/** Says that a part of the page could not be had. */
export function tellMissing(): void {
  toast(common.unreachable, { error: true });
}

/** It is over: it was read, or its time is. */
export function withdraw(number: number): void {
  messages.set(messages.get().filter((message) => message.number !== number));
}

/** Where they appear; once in the page. */
export function Toasts() {
  const shown = messages.use();
  const isWanted = last > 0;
  return isWanted && <ToastViewport messages={shown} />;
}
