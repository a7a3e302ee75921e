import { remember, remembered } from "../storage";
import { messages as english, type Messages } from "./en";

/**
 * Every word on the screen comes from here. A language is a folder beside `en` with the same shape, and one line below;
 * it is loaded for whoever wants it. English comes with the first file, as nobody waits twice then; that costs whoever
 * wants another 15 kB. `en-XA` is no language: it brackets every text, so that a test sees one that was written into a
 * screen.
 */
const LANGUAGES: Readonly<Record<string, { name: string; load: () => Promise<Messages>; hidden?: true }>> = {
  en: { name: "English", load: async () => english },
  "en-XA": { name: "[English]", load: async () => (await import("./pseudo")).messages, hidden: true },
};
const DEFAULT = "en";
const KEY = "itoms-language";

/** The words of the language that main.tsx has loaded before anything was shown. */
export let t: Messages;
export let language: string = DEFAULT;

export async function loadLanguage(): Promise<void> {
  language = wanted();
  t = await (LANGUAGES[language] as (typeof LANGUAGES)[string]).load();
  document.documentElement.lang = language;
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
  return asked.find((code) => code !== null && code in LANGUAGES) ?? DEFAULT;
}
