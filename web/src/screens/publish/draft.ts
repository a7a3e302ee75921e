import { isVideo, type Media } from "../../data/contents";
import { newChoices, type TikTokChoices } from "./tiktok/choices";

/** `cover` is a picture of the same content, and wins over the moment of the video. */
export type InstagramChoices = Readonly<{
  story: boolean;
  shareToFeed: boolean;
  cover: string | null;
  coverMs: number | null;
}>;

/** What is different for one account; null is as for all. */
export type OfAccount = Readonly<{
  caption: string | null;
  media: readonly string[] | null;
  instagram: InstagramChoices;
  tiktok: TikTokChoices;
}>;

/** A post that is being written. Its id is the post: a reload and a second tab go on with the same one. */
export type Draft = Readonly<{
  id: string;
  caption: string;
  /** In their order; null until somebody has chosen. */
  media: readonly string[] | null;
  altTexts: Readonly<Record<string, string>>;
  accounts: readonly string[];
  own: Readonly<Record<string, OfAccount>>;
}>;

export const newOfAccount = (): OfAccount => ({
  caption: null,
  media: null,
  instagram: { story: false, shareToFeed: true, cover: null, coverMs: null },
  tiktok: newChoices(),
});

export function newDraft(accounts: readonly string[]): Draft {
  return { id: crypto.randomUUID(), caption: "", media: null, altTexts: {}, accounts, own: {} };
}

export const ofAccount = (draft: Draft, connection: string): OfAccount =>
  draft.own[connection] ?? newOfAccount();

export function withAccount(draft: Draft, connection: string, change: Partial<OfAccount>): Draft {
  return { ...draft, own: { ...draft.own, [connection]: { ...ofAccount(draft, connection), ...change } } };
}

export const captionFor = (draft: Draft, connection: string): string =>
  ofAccount(draft, connection).caption ?? draft.caption;

/** What has been chosen and is still there, in its order. */
export function chosen(ids: readonly string[] | null, ready: readonly Media[]): Media[] {
  if (ids === null) return usual(ready);
  return ids.flatMap((id) => ready.find((one) => one.id === id) ?? []);
}

export const mediaFor = (draft: Draft, connection: string, ready: readonly Media[]): Media[] =>
  chosen(ofAccount(draft, connection).media ?? draft.media, ready);

/** Beside a single video, pictures are most often meant for its cover. */
function usual(ready: readonly Media[]): Media[] {
  const videos = ready.filter(isVideo);
  return videos.length === 1 ? videos : [...ready];
}

/** The order that is shown: what is chosen, then the others as they came. */
export function listed(chosenMedia: readonly Media[], ready: readonly Media[]): Media[] {
  return [...chosenMedia, ...ready.filter((one) => !chosenMedia.includes(one))];
}

/** Moves one to another place; what would go beyond an end stays. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return [...items];
  const others = items.toSpliced(from, 1);
  return others.toSpliced(to, 0, item);
}

/** What is left to do after a click that was not taken everywhere: another post, with TikTok's audience chosen anew. */
export function nextDraft(draft: Draft, accounts: readonly string[]): Draft {
  return { ...withoutAudience(draft), id: crypto.randomUUID(), accounts };
}

/** TikTok wants its audience chosen by hand for every post, so nothing remembers one. */
export function withoutAudience(draft: Draft): Draft {
  const own = Object.entries(draft.own).map(([id, of]) => [
    id,
    { ...of, tiktok: { ...of.tiktok, privacyLevel: null } },
  ]);
  return { ...draft, own: Object.fromEntries(own) };
}
