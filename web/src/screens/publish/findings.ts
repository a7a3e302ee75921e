import type { components } from "../../api/schema";
import { t } from "../../i18n";
import { number } from "../../i18n/format";
import { aroundTikTok, type Post, takesAltText } from "./bodies";
import { captionProblem } from "./caption-limits";
import type { Check } from "./checker";
import type { Draft } from "./draft";
import { places } from "./places";
import { LIMITS, units } from "./text";
import { type Blocker, blockerOf, cannotPostNow } from "./tiktok/choices";

/**
 * Something to do before the click, or to know. `blocks`: it certainly stands in the way. `place` is the part of the form
 * that it is about.
 */
export type Finding = Readonly<{
  code: string;
  account: string | null;
  what: string;
  fix: string;
  place: string;
  medium: string | null;
  blocks: boolean;
}>;

/** What may be over when the click comes: the platform looks for itself then. */
const PASSING = new Set(["media_unreachable"]);

/** Of the whole draft and of every account's post, what is seen here and what the check said. */
export function findings(
  draft: Draft,
  posts: readonly Post[],
  checks: ReadonlyMap<string, Check>,
): Finding[] {
  if (posts.length === 0) return [own("no_account", null, t.publish.todo.account, places.accounts)];
  return posts.flatMap((post) => {
    const check = checks.get(post.account.id);
    const seen = seenHere(draft, post, check);
    const codes = new Set(seen.map(({ code }) => code));
    return [...seen, ...checked(post, check).filter(({ code }) => !codes.has(code))];
  });
}

function seenHere(draft: Draft, post: Post, check: Check | undefined): Finding[] {
  const { account } = post;
  if (post.media.length === 0) return [own("no_media", post, t.publish.todo.media, mediaPlace(post))];
  if (post.kind === null) return [own("kind_not_supported", post, kindWords(post), mediaPlace(post))];
  const caption = captionProblem(post);
  const blocker = account.platform === "tiktok" ? tiktokBlocker(post, check) : null;
  return [
    ...(caption
      ? [own("caption_invalid", post, { ...t.publish.todo.caption, fix: caption }, captionPlace(post))]
      : []),
    ...longAltTexts(draft, post),
    ...(blocker
      ? [own(blocker.code, post, { what: blocker.words, fix: "" }, places.account(account.id))]
      : []),
  ];
}

/** An account that cannot post now has no choices to wait for: what the last check said of it is all there is to say. */
function tiktokBlocker(post: Post, check: Check | undefined): Blocker | null {
  if (cannotPostNow(check?.answer?.problems ?? [])) return null;
  return blockerOf(post.own.tiktok, aroundTikTok(post, check?.creator ?? null));
}

function kindWords({ account, own: { instagram } }: Post) {
  if (account.platform === "tiktok") return t.publish.todo.tiktok;
  return instagram.story ? t.publish.todo.story : t.publish.todo.instagram;
}

function longAltTexts(draft: Draft, post: Post): Finding[] {
  if (post.account.platform !== "instagram") return [];
  const most = LIMITS.instagram.altText;
  const fix = t.publish.media.altTextTooLong(number(most));
  return post.media
    .filter((one) => takesAltText(post.kind, one) && units(draft.altTexts[one.id]?.trim() ?? "") > most)
    .map(({ id }) => ({
      ...own("alt_text_too_long", post, { ...t.publish.todo.altText, fix }, places.medium(id)),
      medium: id,
    }));
}

function checked(post: Post, check: Check | undefined): Finding[] {
  const account = cannotPostNow(check?.answer?.problems ?? []);
  if (!check?.isCurrent) return account ? [told(post, account)] : [];
  if (check.problem) return refusal(post, check.problem);
  return (check.answer?.problems ?? []).map((problem) => told(post, problem));
}

function told(post: Post, problem: components["schemas"]["PostProblem"]): Finding {
  return {
    code: problem.code,
    account: post.account.id,
    what: problem.what,
    fix: problem.fix,
    ...placeOf(post, problem),
    blocks: !PASSING.has(problem.code),
  };
}

/** What the check refuses, the click would refuse. What merely went wrong says nothing about it. */
function refusal(post: Post, { code, status, title, detail }: NonNullable<Check["problem"]>): Finding[] {
  if (status < 400 || status >= 500 || code === "unreachable") return [];
  return [own(code, post, { what: title, fix: detail }, places.account(post.account.id))];
}

function placeOf(post: Post, problem: components["schemas"]["PostProblem"]) {
  const medium = problem.item === null ? undefined : post.media[problem.item];
  if (medium) return { place: places.medium(medium.id), medium: medium.id };
  if (problem.code.startsWith("caption_")) return { place: captionPlace(post), medium: null };
  if (problem.code === "item_count_invalid") return { place: mediaPlace(post), medium: null };
  return { place: places.account(post.account.id), medium: null };
}

const captionPlace = ({ account, own }: Post): string =>
  own.caption === null ? places.caption : places.captionOf(account.id);
const mediaPlace = ({ account, own }: Post): string =>
  own.media === null ? places.media : places.mediaOf(account.id);

function own(code: string, post: Post | null, words: { what: string; fix: string }, place: string): Finding {
  return { code, account: post?.account.id ?? null, ...words, place, medium: null, blocks: true };
}
