import { english, type Language } from "./en";

type Words = string | ((...given: never[]) => string) | { readonly [name: string]: Words };

export const pseudo: Language = {
  everywhere: bracketed(english.everywhere),
  later: Object.fromEntries(
    Object.entries(english.later).map(([area, load]) => [area, async () => bracketed<object>(await load())]),
  ) as Language["later"],
};

function bracketed<Given>(words: Given): Given {
  return inBrackets(words as Words) as Given;
}

function inBrackets(words: Words): Words {
  if (typeof words === "string") return `[${words}]`;
  if (typeof words === "function") return (...given) => `[${words(...given)}]`;
  return Object.fromEntries(Object.entries(words).map(([name, word]) => [name, inBrackets(word)]));
}
