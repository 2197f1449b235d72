/** Light or dark: as the system has it, or as chosen here. */

import { observable } from "../observable";

export type Theme = "system" | "light" | "dark";

const KEY = "taskward.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const theme = observable<Theme>("system");

/** Applies what was chosen, and follows the system and other tabs from now on. */
export function startTheme(): void {
  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) apply();
  });
}

export function chooseTheme(chosen: Theme): void {
  if (chosen === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen);
  apply();
}

/** What was chosen. */
export function useTheme(): Theme {
  return theme.use();
}

function apply(): void {
  const kept = localStorage.getItem(KEY);
  const chosen = kept === "light" || kept === "dark" ? kept : "system";
  document.documentElement.dataset.theme = chosen === "system" ? (system.matches ? "dark" : "light") : chosen;
  theme.set(chosen);
}
