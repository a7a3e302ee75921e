import type { Body } from "../../api/call";
import type { components } from "../../api/schema";
import { isVideo, type Media } from "../../data/contents";
import type { Platform } from "../../ui/platform-icon";
import { captionFor, type Draft, mediaFor, ofAccount } from "./draft";
import { type Around, type ShownCreator, toDraft, toOptions } from "./tiktok/choices";

export type Kind = components["schemas"]["Kind"];
export type Account = Readonly<{ id: string; platform: Platform; name: string }>;

/** What the media become; null when this platform takes no such combination. The server decides in the same way. */
export function kindOf(platform: Platform, media: readonly Media[], story: boolean): Kind | null {
  const videos = media.filter(isVideo).length;
  if (platform === "tiktok") {
    if (videos === 0) return media.length >= 1 && media.length <= 35 ? "photo" : null;
    return media.length === 1 ? "video" : null;
  }
  if (media.length === 1) return story ? "story" : videos === 1 ? "reel" : "photo";
  return media.length >= 2 && media.length <= 10 && !story ? "carousel" : null;
}

/** All that follows from the draft for one account. */
export function postFor(draft: Draft, account: Account, ready: readonly Media[]) {
  const media = mediaFor(draft, account.id, ready);
  const own = ofAccount(draft, account.id);
  const kind = kindOf(account.platform, media, own.instagram.story);
  const cover = covers(ready).find(({ id }) => id === own.instagram.cover);
  return { account, media, own, kind, cover, caption: kind === "story" ? "" : captionFor(draft, account.id) };
}
export type Post = ReturnType<typeof postFor>;

export const aroundTikTok = ({ kind, media }: Post, creator: ShownCreator | null): Around => ({
  creator,
  isPhoto: kind === "photo",
  media,
});

/** Instagram takes a picture of the same content as the cover of a reel, and reads JPEG only. */
export const covers = (ready: readonly Media[]): Media[] =>
  ready.filter(({ media_type }) => media_type === "image/jpeg");

/** What is sent to be checked; null while it is no post that could be. */
export function checkBody(
  draft: Draft,
  post: Post,
  content: string,
  creator: ShownCreator | null,
): Body<"/api/preflight"> | null {
  if (post.kind === null) return null;
  if (post.account.platform === "instagram") return instagramBody(draft, post, content);
  const tiktok = toDraft(post.own.tiktok, aroundTikTok(post, creator));
  return { ...common(post, content), platform: "tiktok", media: plain(post.media), tiktok };
}

/** What the click sends; null while something must still be chosen. */
export function clickBody(
  draft: Draft,
  post: Post,
  content: string,
  creator: ShownCreator | null,
): Body<"/api/publish"> | null {
  if (post.kind === null) return null;
  if (post.account.platform === "instagram") return instagramBody(draft, post, content);
  const tiktok = toOptions(post.own.tiktok, aroundTikTok(post, creator));
  return tiktok && { ...common(post, content), platform: "tiktok", media: plain(post.media), tiktok };
}

function instagramBody(draft: Draft, post: Post, content: string) {
  return {
    ...common(post, content),
    platform: "instagram" as const,
    media: post.media.map((one) => ({ media_asset_id: one.id, alt_text: altTextOf(draft, post, one) })),
    instagram: instagramOptions(post),
  };
}

const common = ({ account, caption }: Post, content: string) => ({
  content_id: content,
  connection_id: account.id,
  caption,
});

const plain = (media: readonly Media[]) => media.map(({ id }) => ({ media_asset_id: id }));

/** Only pictures of the feed have one. */
export const takesAltText = (kind: Kind | null, media: Media): boolean =>
  (kind === "photo" || kind === "carousel") && !isVideo(media);

function altTextOf(draft: Draft, { kind }: Post, media: Media): string | null {
  const text = draft.altTexts[media.id]?.trim();
  return text && takesAltText(kind, media) ? text : null;
}

function instagramOptions({ kind, own, cover }: Post): components["schemas"]["InstagramOptions"] {
  if (kind !== "reel") return { story: kind === "story" };
  const { shareToFeed, coverMs } = own.instagram;
  return {
    story: false,
    share_to_feed: shareToFeed,
    cover_asset_id: cover?.id ?? null,
    thumb_offset_ms: cover ? null : coverMs,
  };
}
