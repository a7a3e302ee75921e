import { remember, remembered } from "../storage";
import { type Area, english, type Language, type Messages } from "./en";

export type { Area } from "./en";

/**
 * Every word on the screen comes from here. A language is a folder beside `en` with the same shape, and one line below;
 * it is loaded for whoever wants it. What English has everywhere comes with the first file, as nobody waits twice then;
 * that costs whoever wants another language 6 kB. `en-XA` is no language: it brackets every text, so that a test sees
 * one that was written into a screen.
 */
const LANGUAGES: Readonly<Record<string, { name: string; load: () => Promise<Language>; hidden?: true }>> = {
  en: { name: "English", load: async () => english },
  "en-XA": { name: "[English]", load: async () => (await import("./pseudo")).pseudo, hidden: true },
};
const DEFAULT = "en";
const KEY = "itoms-language";

/** The words that are there: main.tsx waits for those of every screen, and `later` for those of one. */
export const t = {} as Messages;
export let language: string = DEFAULT;

let chosen = Promise.resolve(english);

/** The words that stand everywhere: in English where another language cannot be loaded, which is better than nothing. */
export async function loadLanguage(): Promise<void> {
  language = wanted();
  chosen = (LANGUAGES[language] as (typeof LANGUAGES)[string]).load().catch(() => {
    language = DEFAULT;
    return english;
  });
  Object.assign(t, (await chosen).everywhere);
  document.documentElement.lang = language;
}

/** After loadLanguage has begun. */
export async function loadWords(areas: readonly Area[]): Promise<void> {
  const { later } = await chosen;
  const load = async (area: Area) => Object.assign(t, { [area]: await later[area]() });
  await Promise.all(areas.map(load));
}

export function languages(): { code: string; name: string }[] {
  return Object.entries(LANGUAGES)
    .filter(([, { hidden }]) => !hidden)
    .map(([code, { name }]) => ({ code, name }));
}

/** Shows everything anew: no screen has to notice that its words have changed. */
export function chooseLanguage(code: string): void {
  remember(KEY, code);
  location.reload();
}

function wanted(): string {
  const asked = [remembered(KEY), ...navigator.languages.map((tag) => tag.split("-")[0] ?? "")];
  return asked.find((code) => code !== null && Object.hasOwn(LANGUAGES, code)) ?? DEFAULT;
}
