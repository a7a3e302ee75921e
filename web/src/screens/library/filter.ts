import type { ContentSummary, ContentType } from "../../data/contents";

export type Filter = { search: string; type: ContentType | "all" };

/** Every word that is searched for stands in the title or in a tag, however it is written. */
export function matching(contents: readonly ContentSummary[], { search, type }: Filter): ContentSummary[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return contents.filter((content) => {
    if (type !== "all" && content.type !== type) return false;
    const text = plain([content.title, ...content.tags].join("\n"));
    return words.every((word) => text.includes(word.replace(/^#/, "")));
  });
}

/** Without case and accents: "café" is found by "CAFE". */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
