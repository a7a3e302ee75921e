import { t } from "../../i18n";
import { number } from "../../i18n/format";
import type { Platform } from "../../ui/platform-icon";
import type { Post } from "./bodies";
import { hashtags, LIMITS, mentions, units } from "./text";

/** How a text stands to what one platform takes; `problem` says what is too much of it. */
export type Measure = Readonly<{ words: string; problem: string | null }>;

/** One line for each platform that gets this text, the strictest of its posts. */
export function measures(caption: string, posts: readonly Post[]): Measure[] {
  const platforms = new Map<Platform, number>();
  for (const post of posts) {
    const { platform } = post.account;
    platforms.set(platform, Math.min(platforms.get(platform) ?? Number.POSITIVE_INFINITY, longest(post)));
  }
  return [...platforms].map(([platform, most]) => measure(caption, platform, most));
}

const longest = ({ account, kind }: Post): number =>
  account.platform === "instagram"
    ? LIMITS.instagram.caption
    : kind === "photo"
      ? LIMITS.tiktok.photo
      : LIMITS.tiktok.video;

function measure(caption: string, platform: Platform, most: number): Measure {
  const name = t.common.platforms[platform];
  const length: Part = { used: units(caption), most, problem: t.publish.caption.tooLong(name, number(most)) };
  const tags = platform === "instagram" ? tagParts(caption, name) : [];
  const tooMuch = [length, ...tags].find((part) => part.used > part.most);
  const words = t.publish.caption.length(name, number(length.used), number(most));
  return {
    words: [words, ...tags.map((part) => part.words)].join(" · "),
    problem: tooMuch?.problem ?? null,
  };
}

type Part = { used: number; most: number; problem: string };

function tagParts(caption: string, name: string): (Part & { words: string })[] {
  const { caption: words } = t.publish;
  const { hashtags: mostTags, mentions: mostMentions } = LIMITS.instagram;
  const [tags, people] = [hashtags(caption), mentions(caption)];
  return [
    {
      used: tags,
      most: mostTags,
      words: words.tags(number(tags), number(mostTags)),
      problem: words.tooManyTags(name, number(mostTags)),
    },
    {
      used: people,
      most: mostMentions,
      words: words.mentions(number(people), number(mostMentions)),
      problem: words.tooManyMentions(name, number(mostMentions)),
    },
  ];
}

/** Of one post; a story has no caption, so nothing is too much. */
export const captionProblem = (post: Post): string | null =>
  post.kind === "story" ? null : (measures(post.caption, [post])[0]?.problem ?? null);
