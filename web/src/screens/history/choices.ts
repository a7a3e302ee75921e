import type { Publication } from "../../data/publications";
import { t } from "../../i18n";
import { duration } from "../../i18n/format";
import { known } from "../../i18n/known";

export type Fact = readonly [name: string, value: string];
type Options = Publication["options"];

/** Everything that was chosen for this post, in words. What its kind has no choice of has no line. */
export function choicesOf({ platform, kind, options }: Publication): Fact[] {
  const facts = platform === "instagram" ? instagram(kind, options) : tiktok(kind, options);
  return facts.filter((fact): fact is Fact => fact !== undefined);
}

function instagram(kind: Publication["kind"], options: Options): (Fact | undefined)[] {
  if (kind !== "reel") return [];
  const words = t.history;
  return [
    [words.shareToFeed, yesOrNo(options.share_to_feed !== false)],
    typeof options.cover_asset_id === "string"
      ? [words.cover, words.coverPicture]
      : moment(words.cover, options.thumb_offset_ms),
  ];
}

function tiktok(kind: Publication["kind"], options: Options): (Fact | undefined)[] {
  const words = t.history;
  const isVideo = kind === "video";
  return [
    text(words.tiktokTitle, options.title),
    text(words.audience, known(t.tiktok.audiences, String(options.privacy_level))),
    allowed(words.comments, options.allow_comment),
    isVideo ? allowed(words.duet, options.allow_duet) : undefined,
    isVideo ? allowed(words.stitch, options.allow_stitch) : undefined,
    isVideo ? moment(words.cover, options.cover_timestamp_ms) : photo(options.cover_index),
    isVideo ? undefined : [words.music, yesOrNo(options.auto_add_music === true)],
    [words.yourBrand, yesOrNo(options.your_brand === true)],
    [words.brandedContent, yesOrNo(options.branded_content === true)],
    [words.aiGenerated, yesOrNo(options.ai_generated === true)],
  ];
}

/** The text that stood beside the button, by its version. */
export function consentOf({
  platform,
  options,
}: Pick<Publication, "platform" | "options">): string | undefined {
  const version = versionOf(options.music_usage);
  if (platform !== "tiktok" || !version) return undefined;
  return options.branded_content === true
    ? t.history.consentBranded(version)
    : t.history.consentMusic(version);
}

function versionOf(given: unknown): string | undefined {
  const version: unknown =
    typeof given === "object" && given !== null ? Reflect.get(given, "text_version") : undefined;
  return typeof version === "string" ? version : undefined;
}

const yesOrNo = (on: boolean): string => (on ? t.history.yes : t.history.no);

const allowed = (name: string, on: unknown): Fact => [
  name,
  on === true ? t.history.allowed : t.history.notAllowed,
];

const text = (name: string, value: unknown): Fact | undefined =>
  typeof value === "string" && value !== "" ? [name, value] : undefined;

const moment = (name: string, milliseconds: unknown): Fact | undefined =>
  typeof milliseconds === "number" ? [name, t.history.coverAt(duration(milliseconds))] : undefined;

const photo = (index: unknown): Fact | undefined =>
  typeof index === "number" ? [t.history.cover, t.history.coverPhoto(index + 1)] : undefined;
