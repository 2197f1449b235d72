/**
 * What can be done by keyboard: each command has a name, stands in the palette (Ctrl+K), and may have keys.
 *
 * Keys are written as `Ctrl+K` (Command on a Mac), `Alt+ArrowUp`, `?`, or one key after another: `g t`.
 */

import { useEffect, useRef } from "react";
import { observable } from "../observable";

export interface Command {
  id: string;
  label: string;
  group: "go" | "tasks" | "app";
  /** Several, when there are several ways. */
  keys?: string[];
  /** Works while the focus is in a text field as well. */
  inFields?: boolean;
  /** Its keys count only then; else they are the browser's. */
  when?: () => boolean;
  run: () => void;
}

const SEQUENCE_MILLISECONDS = 1_200;
const SINGLE_KEYS = "taskward.single_keys";
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const commands = observable<readonly Command[]>([]);
let begun: { key: string; at: number } | null = null;

/** Makes commands available while the component is there; the last one to name an id or keys wins. */
export function useCommands(own: Command[]): void {
  const latest = useRef(own);
  latest.current = own;
  const ids = own.map(({ id, label }) => `${id} ${label}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: what they do may change at any time, who they are by `ids`.
  useEffect(() => {
    const mine = latest.current.map(({ id }, index) => ({
      ...(latest.current[index] as Command),
      run: () => latest.current.find((command) => command.id === id)?.run(),
    }));
    commands.set([...commands.get().filter(({ id }) => !mine.some((command) => command.id === id)), ...mine]);
    return () => commands.set(commands.get().filter((command) => !mine.includes(command)));
  }, [ids]);
}

/** All commands that there are now. */
export function useAllCommands(): readonly Command[] {
  return commands.use();
}

/** Keys as this machine's keyboard has them. */
export function keyNames(keys: string): string {
  return keys
    .replace("Ctrl+", isMac ? "⌘" : "Ctrl+")
    .replace("Alt+", isMac ? "⌥" : "Alt+")
    .replace("Shift+", isMac ? "⇧" : "Shift+")
    .replace("ArrowUp", "↑")
    .replace("ArrowDown", "↓")
    .replace("ArrowLeft", "←")
    .replace("ArrowRight", "→");
}

/** Whether keys without Ctrl or Alt count (WCAG 2.1.4: they can be switched off). */
export function singleKeysOn(): boolean {
  return localStorage.getItem(SINGLE_KEYS) !== "off";
}

export function switchSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(SINGLE_KEYS);
  else localStorage.setItem(SINGLE_KEYS, "off");
}

/** Listens to the keyboard; returns how to stop that. */
export function listenToKeys(): () => void {
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || ["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
  const pressed = name(event);
  const plain = !(event.ctrlKey || event.metaKey || event.altKey);
  const inField = isField(event.target);
  // A dialog or a menu has the keyboard to itself.
  const inDialog = event.target instanceof Element && event.target.closest('[role="dialog"], [role="menu"]') !== null;
  if (plain && (inField || inDialog || !singleKeysOn())) return;

  const before = begun && Date.now() - begun.at < SEQUENCE_MILLISECONDS ? begun.key : null;
  const command =
    (before !== null && find(`${before} ${pressed}`, inField, inDialog)) || find(pressed, inField, inDialog);
  begun = !command && plain ? { key: pressed, at: Date.now() } : null;
  if (command) {
    event.preventDefault();
    command.run();
  }
}

function find(keys: string, inField: boolean, inDialog: boolean): Command | undefined {
  return commands
    .get()
    .findLast(
      (command) =>
        command.keys?.includes(keys) &&
        (command.inFields || !inField) &&
        (command.inFields || !inDialog) &&
        command.when?.() !== false,
    );
}

function name(event: KeyboardEvent): string {
  const key = event.key.length === 1 && (event.ctrlKey || event.metaKey) ? event.key.toUpperCase() : event.key;
  const control = (isMac ? event.metaKey : event.ctrlKey) ? "Ctrl+" : "";
  const alt = event.altKey ? "Alt+" : "";
  // With a character alone, Shift is part of it.
  const shift = event.shiftKey && (event.key.length > 1 || control !== "") ? "Shift+" : "";
  return control + alt + shift + key;
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type="checkbox"]), textarea, select'))
  );
}
