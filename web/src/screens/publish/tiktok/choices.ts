import type { components } from "../../../api/schema";
import { t } from "../../../i18n";
import { duration, number } from "../../../i18n/format";

type Schemas = components["schemas"];
export type PrivacyLevel = Schemas["PrivacyLevel"];
export type ShownCreator = Schemas["ShownCreator"];
export type TikTokDraft = Schemas["TikTokDraft"];
export type TikTokOptions = Schemas["TikTokOptions"];

/** Of a row of media_assets, what this form looks at. */
export type TikTokMedia = Readonly<{ id: string; object_key: string; duration_ms: number | null }>;

/** What a choice depends on: the account's answer of just now, and the media in their order. */
export type Around = Readonly<{
  creator: ShownCreator | null;
  isPhoto: boolean;
  media: readonly TikTokMedia[];
}>;

/** `coverPhoto` is a medium and no position, so that it stays the cover when the order changes. */
export type TikTokChoices = Readonly<{
  title: string;
  privacyLevel: PrivacyLevel | null;
  allowComment: boolean;
  allowDuet: boolean;
  allowStitch: boolean;
  disclosed: boolean;
  yourBrand: boolean;
  brandedContent: boolean;
  aiGenerated: boolean;
  coverMs: number | null;
  coverPhoto: string | null;
  addMusic: boolean;
}>;

/** The version of the sentence above the button, as the record of the consent names it. */
export const CONSENT_VERSION: TikTokOptions["music_usage"]["text_version"] = "2026-03-09";
/** In UTF-16 units, which is what a string's length counts. */
export const LONGEST_TITLE = 90;
const LATEST_COVER_MS = 600_000;

/** Nothing is chosen, as TikTok demands for every new post. */
export function newChoices(): TikTokChoices {
  return {
    title: "",
    privacyLevel: null,
    allowComment: false,
    allowDuet: false,
    allowStitch: false,
    disclosed: false,
    yourBrand: false,
    brandedContent: false,
    aiGenerated: false,
    coverMs: null,
    coverPhoto: null,
    addMusic: false,
  };
}

/** Exactly what TikTok offers to this account, as far as it can be sent. */
export function offeredLevels(creator: ShownCreator): PrivacyLevel[] {
  return creator.privacy_level_options.filter((level): level is PrivacyLevel =>
    Object.hasOwn(t.tiktok.audiences, level),
  );
}

/**
 * The choices as the form shows them and as they are sent: one that was made before the account or the media changed, and
 * that is not there now, is not made.
 */
export function asShown(choices: TikTokChoices, { creator, isPhoto, media }: Around): TikTokChoices {
  const isOffered = !creator || offeredLevels(creator).some((level) => level === choices.privacyLevel);
  return {
    title: isPhoto ? choices.title : "",
    privacyLevel: isOffered ? choices.privacyLevel : null,
    allowComment: choices.allowComment && !creator?.comment_disabled,
    allowDuet: choices.allowDuet && !isPhoto && !creator?.duet_disabled,
    allowStitch: choices.allowStitch && !isPhoto && !creator?.stitch_disabled,
    disclosed: choices.disclosed,
    yourBrand: choices.disclosed && choices.yourBrand,
    brandedContent: choices.disclosed && choices.brandedContent,
    aiGenerated: choices.aiGenerated,
    coverMs: isPhoto ? null : inside(choices.coverMs, lastCoverMs(media)),
    coverPhoto: isPhoto && media.some(({ id }) => id === choices.coverPhoto) ? choices.coverPhoto : null,
    addMusic: choices.addMusic && isPhoto,
  };
}

/** The end of a video is no moment of it any more. */
export function lastCoverMs(media: readonly TikTokMedia[]): number {
  const length = media[0]?.duration_ms ?? 0;
  return Math.max(0, Math.min(length - 1, LATEST_COVER_MS));
}

const inside = (moment: number | null, last: number): number | null =>
  moment !== null && moment > 0 && moment <= last ? moment : null;

/** For the check before the click, where nothing need be decided yet. */
export function toDraft(choices: TikTokChoices, around: Around): TikTokDraft {
  const shown = asShown(choices, around);
  return { ...sent(shown, around), privacy_level: shown.privacyLevel, disclosed: shown.disclosed };
}

/** For the click, which is the consent itself; null while something stands in its way. */
export function toOptions(choices: TikTokChoices, around: Around): TikTokOptions | null {
  const shown = asShown(choices, around);
  if (shown.privacyLevel === null || publishBlocker(choices, around) !== null) return null;
  return {
    ...sent(shown, around),
    privacy_level: shown.privacyLevel,
    music_usage: { agreed: true, text_version: CONSENT_VERSION },
  };
}

function sent(shown: TikTokChoices, { media }: Around) {
  return {
    title: shown.title,
    allow_comment: shown.allowComment,
    allow_duet: shown.allowDuet,
    allow_stitch: shown.allowStitch,
    your_brand: shown.yourBrand,
    branded_content: shown.brandedContent,
    ai_generated: shown.aiGenerated,
    cover_timestamp_ms: shown.coverMs,
    cover_index: Math.max(
      0,
      media.findIndex(({ id }) => id === shown.coverPhoto),
    ),
    auto_add_music: shown.addMusic,
  };
}

/** Its words are prescribed for the pointer that rests on the button, whatever else is missing. */
export const DISCLOSE = "disclosure_incomplete";

/** `code` is the server's for the same, so that nothing is said twice. */
export type Blocker = Readonly<{ code: string; words: string }>;

/** Why the button must not be pressed yet, in words to show when a pointer rests on it; null when nothing is missing. */
export const publishBlocker = (choices: TikTokChoices, around: Around): string | null =>
  blockerOf(choices, around)?.words ?? null;

export function blockerOf(choices: TikTokChoices, around: Around): Blocker | null {
  const shown = asShown(choices, around);
  const length = tooLong(around);
  if (!around.creator) return { code: "privacy_not_chosen", words: t.tiktok.blockers.unanswered };
  if (mustStillDisclose(shown)) return { code: DISCLOSE, words: t.tiktok.mustDisclose };
  if (shown.privacyLevel === null) return { code: "privacy_not_chosen", words: t.tiktok.blockers.audience };
  if (shown.brandedContent && shown.privacyLevel === "SELF_ONLY")
    return { code: "branded_content_private", words: t.tiktok.brandedNotPrivate };
  if (shown.title.length > LONGEST_TITLE)
    return { code: "title_too_long", words: t.tiktok.titleTooLong(number(LONGEST_TITLE)) };
  return length === null ? null : { code: "duration_invalid", words: length };
}

export const mustStillDisclose = ({ disclosed, yourBrand, brandedContent }: TikTokChoices): boolean =>
  disclosed && !yourBrand && !brandedContent;

/** Words when the video is longer than this account may post. */
export function tooLong({ creator, isPhoto, media }: Around): string | null {
  const length = media[0]?.duration_ms;
  const most = (creator?.max_video_post_duration_sec ?? 0) * 1000;
  if (!creator || isPhoto || !length || length <= most) return null;
  /* Rounded up, or a video of 60.3 seconds would be said to last 60. */
  return t.tiktok.blockers.tooLong(duration(Math.ceil(length / 1000) * 1000), duration(most));
}

/** How TikTok will label the post; nothing before a choice is made. */
export function labelWords({ disclosed, yourBrand, brandedContent }: TikTokChoices): string | null {
  if (!disclosed) return null;
  if (brandedContent) return t.tiktok.labeledPartnership;
  return yourBrand ? t.tiktok.labeledPromotional : null;
}

/** Which of the two prescribed sentences stands before the button. */
export const namesBrandedContent = ({ disclosed, brandedContent }: TikTokChoices): boolean =>
  disclosed && brandedContent;

const ACCOUNT_CODES = new Set([
  "access_ended",
  "account_blocked",
  "account_restricted",
  "app_limit",
  "daily_limit",
  "permission_missing",
  "platform_switched_off",
]);

/** What of a preflight's problems says that this account cannot post now, whatever the post is. */
export function cannotPostNow(problems: readonly Schemas["PostProblem"][]): Schemas["PostProblem"] | null {
  return problems.find(({ code, item }) => item === null && ACCOUNT_CODES.has(code)) ?? null;
}
