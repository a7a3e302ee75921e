import { LONGEST } from "../../data/contents";
import { lengthOf } from "./words";

export type Added = { tags: readonly string[]; added: string[]; refused?: "too_long" | "too_many" };

/** What was typed or pasted becomes tags: commas and lines part them, a # in front and doubles are left out. */
export function withTags(tags: readonly string[], typed: string): Added {
  const known = new Set(tags.map((tag) => tag.toLowerCase()));
  const added: string[] = [];
  for (const tag of parts(typed)) {
    if (known.has(tag.toLowerCase())) continue;
    if (lengthOf(tag) > LONGEST.tag) return { tags: [...tags, ...added], added, refused: "too_long" };
    if (tags.length + added.length === LONGEST.tags)
      return { tags: [...tags, ...added], added, refused: "too_many" };
    known.add(tag.toLowerCase());
    added.push(tag);
  }
  return { tags: [...tags, ...added], added };
}

function parts(typed: string): string[] {
  return typed
    .split(/[,\n]/)
    .map((part) => part.trim().replace(/^#+/, "").trim())
    .filter((part) => part !== "");
}
