import type { Held } from "../../data/follow";
import { isOver } from "../../data/pace";
import type { Followed, Platform, Publication, State, Step } from "../../data/publications";

/** Where it is, for whoever looks at it: its state, or what holds it. A doubt stays a doubt, whatever else holds. */
export type Standing = State | Held;

export function standingOf({ state }: Pick<Publication, "state">, held?: Held): Standing {
  return held && !isOver({ state }) && state !== "unknown" ? held : state;
}

/** From when on a person may say what they saw: before, a call of ours or of the platform could still post it. */
export type AnswerFrom = Readonly<{ isThere: number; isNotThere: number }>;

const MINUTE = 60_000;
/** The database has the last say, with the same figures: resolve_publication(). */
const CALL_IS_OVER = 3 * MINUTE;
const TIKTOK_MAY_FETCH = 65 * MINUTE;

export function answerFrom(platform: Platform, steps: readonly Pick<Step, "at" | "state">[]): AnswerFrom {
  const sent = steps.findLast(({ state }) => state === "committing");
  const at = sent ? Date.parse(sent.at) : 0;
  const isThere = at + CALL_IS_OVER;
  return { isThere, isNotThere: platform === "tiktok" ? at + TIKTOK_MAY_FETCH : isThere };
}

/** Its link was deleted with its account. Otherwise the platform gave none. */
export const isLinkForgotten = ({ steps }: Pick<Followed, "steps">): boolean =>
  steps.some(({ event }) => event === "platform_ids_cleared");

/** Somebody's account was erased, and with it what they had written and chosen. */
export const areWordsCleared = ({ steps }: Pick<Followed, "steps">): boolean =>
  steps.some(({ event }) => event === "words_cleared");
