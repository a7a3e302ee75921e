import { LONGEST, type Words } from "../../data/contents";
import { t } from "../../i18n";
import { number } from "../../i18n/format";

/** As the database counts: characters, not halves of them. */
export const lengthOf = (text: string): number => [...text].length;

export type Errors = { title?: string | undefined; description?: string | undefined };

export function errorsOf({ title, description }: Words): Errors {
  return {
    title: title.trim() === "" ? t.library.nameMissing : tooLong(title, LONGEST.title),
    description: tooLong(description, LONGEST.description),
  };
}

export const isSound = (words: Words): boolean => Object.values(errorsOf(words)).every((error) => !error);

export function isSame(one: Words, other: Words): boolean {
  return Object.keys(changesOf(one, other)).length === 0;
}

/** Only these are sent, so that two people who change different words at once both keep theirs. */
export function changesOf(words: Words, stored: Words): Partial<Words> {
  return {
    ...(words.title !== stored.title && { title: words.title }),
    ...(words.description !== stored.description && { description: words.description }),
    ...(words.type !== stored.type && { type: words.type }),
    ...(words.tags.join("\n") !== stored.tags.join("\n") && { tags: words.tags }),
  };
}

function tooLong(text: string, most: number): string | undefined {
  const length = lengthOf(text);
  return length > most ? t.library.tooLong(number(most), number(length)) : undefined;
}
