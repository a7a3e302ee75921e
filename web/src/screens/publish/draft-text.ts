import { type Draft, type InstagramChoices, type OfAccount, withoutAudience } from "./draft";
import { newChoices, type TikTokChoices } from "./tiktok/choices";

/** As it lies in storage. */
export const draftText = (draft: Draft): string => JSON.stringify(withoutAudience(draft));

/** Null when there is none, or one that another version of this program has written. */
export function draftFrom(text: string | null): Draft | null {
  const given = parsed(text);
  if (!isRecord(given) || typeof given.id !== "string" || typeof given.caption !== "string") return null;
  return {
    id: given.id,
    caption: given.caption,
    media: idsOrNull(given.media),
    altTexts: texts(given.altTexts),
    accounts: idsOrNull(given.accounts) ?? [],
    own: Object.fromEntries(entries(given.own).map(([id, of]) => [id, ofAccountFrom(of)])),
  };
}

function ofAccountFrom(given: unknown): OfAccount {
  const { caption, media, instagram, tiktok } = isRecord(given) ? given : {};
  return {
    caption: typeof caption === "string" ? caption : null,
    media: idsOrNull(media),
    instagram: instagramFrom(instagram),
    tiktok: tiktokFrom(tiktok),
  };
}

function instagramFrom(given: unknown): InstagramChoices {
  const { story, shareToFeed, cover, coverMs } = isRecord(given) ? given : {};
  return {
    story: story === true,
    shareToFeed: shareToFeed !== false,
    cover: typeof cover === "string" ? cover : null,
    coverMs: typeof coverMs === "number" ? coverMs : null,
  };
}

/** All but the audience, which is never remembered. */
function tiktokFrom(given: unknown): TikTokChoices {
  const from = isRecord(given) ? given : {};
  const is = (name: keyof TikTokChoices): boolean => from[name] === true;
  return {
    ...newChoices(),
    title: typeof from.title === "string" ? from.title : "",
    allowComment: is("allowComment"),
    allowDuet: is("allowDuet"),
    allowStitch: is("allowStitch"),
    disclosed: is("disclosed"),
    yourBrand: is("yourBrand"),
    brandedContent: is("brandedContent"),
    aiGenerated: is("aiGenerated"),
    addMusic: is("addMusic"),
    coverMs: typeof from.coverMs === "number" ? from.coverMs : null,
    coverPhoto: typeof from.coverPhoto === "string" ? from.coverPhoto : null,
  };
}

export function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export const isRecord = (given: unknown): given is Record<string, unknown> =>
  typeof given === "object" && given !== null && !Array.isArray(given);

const entries = (given: unknown): [string, unknown][] => (isRecord(given) ? Object.entries(given) : []);

const idsOrNull = (given: unknown): string[] | null =>
  Array.isArray(given) ? given.filter((id): id is string => typeof id === "string") : null;

const texts = (given: unknown): Record<string, string> =>
  Object.fromEntries(
    entries(given).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
