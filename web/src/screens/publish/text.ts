/** Text as the platforms measure it: the same rules as the check before the click, which has the last say. */

export const LIMITS = {
  instagram: { caption: 2200, hashtags: 30, mentions: 20, altText: 1000 },
  tiktok: { video: 2200, photo: 4000 },
} as const;

/* A tag may follow a tag without a space, but not a letter: "C#m" and "name@host" are words. Emoji are taken as tags. */
const HASHTAGS = /(?<![\p{L}\p{N}_])(?:#[\p{L}\p{N}_\u2190-\u2bff\u{1f000}-\u{1faff}]+)+/gu;
const MENTIONS = /(?<![\p{L}\p{N}_])(?:@[\p{L}\p{N}_.]*[\p{L}\p{N}_])+/gu;

/** In UTF-16 units, which is what a string of this language counts: an emoji is two. */
export const units = (text: string): number => text.length;

export const hashtags = (text: string): number => counted(text, HASHTAGS, "#");
export const mentions = (text: string): number => counted(text, MENTIONS, "@");

function counted(text: string, runs: RegExp, sign: string): number {
  return [...text.matchAll(runs)].reduce((sum, [run]) => sum + run.split(sign).length - 1, 0);
}
