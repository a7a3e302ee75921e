import { remember, remembered } from "./storage";

export type Theme = "system" | "light" | "dark";
const KEY = "itoms-theme";

export function chosenTheme(): Theme {
  const kept = remembered(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function showTheme(theme: Theme = chosenTheme()): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  remember(KEY, theme === "system" ? null : theme);
  showTheme(theme);
}
