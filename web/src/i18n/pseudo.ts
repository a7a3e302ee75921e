import { messages as english, type Messages } from "./en";

type Words = string | ((...given: never[]) => string) | { readonly [name: string]: Words };

export const messages = bracketed(english as unknown as Words) as unknown as Messages;

function bracketed(words: Words): Words {
  if (typeof words === "string") return `[${words}]`;
  if (typeof words === "function") return (...given) => `[${words(...given)}]`;
  return Object.fromEntries(Object.entries(words).map(([name, word]) => [name, bracketed(word)]));
}
