import type { Body } from "../../api/call";
import type { Problem } from "../../api/problem";
import type { Platform } from "../../ui/platform-icon";

/**
 * One click on Publish, from the moment it is noted until every account's answer is known. All of it is a value: it lies
 * in this browser's storage, so that a reload, another tab or a lost network finds the same keys again. The server makes
 * at most one post of a key, so asking with it once more is safe however the first request ended.
 */
export type Click = Readonly<{ draft: string; at: number; sends: readonly Send[] }>;

/**
 * What goes to one account. `asking` is on its way, `doubtful` may have arrived, `taken` has become a publication, and
 * of what is `refused` nothing was posted. `lost` says that a request got no answer: whatever is refused afterwards, that
 * one may have arrived.
 */
export type Send = Readonly<{
  connection: string;
  name: string;
  platform: Platform;
  key: string;
  body: Body<"/api/publish">;
  lost: boolean;
}> &
  (
    | Readonly<{ state: "asking" | "doubtful" }>
    | Readonly<{ state: "taken"; publication: string; failed: boolean }>
    | Readonly<{ state: "refused"; refusal: Refusal }>
  );

export type Refusal = Readonly<{
  code: string;
  status: number;
  title: string;
  detail: string;
  /** Whether an earlier request of the same click may have arrived all the same. */
  unclear: boolean;
}>;

export type Outcome =
  | Readonly<{ is: "taken"; publication: string; failed: boolean }>
  | Readonly<{ is: "refused"; problem: Problem }>
  | Readonly<{ is: "lost" }>;

export type Wish = Readonly<Pick<Send, "connection" | "name" | "platform" | "body">>;

/** An hour: after that nobody expects that a click still goes out by itself. */
const FRESH_MS = 60 * 60 * 1000;

export function newClick(draft: string, wishes: readonly Wish[], now: number, newKey: () => string): Click {
  return {
    draft,
    at: now,
    sends: wishes.map((wish) => ({ ...wish, key: newKey(), lost: false, state: "asking" })),
  };
}

export const isOpen = ({ state }: Send): boolean => state === "asking" || state === "doubtful";

/** Everything without an answer is asked again, with the same keys and the same words. */
export function asked(click: Click): Click {
  return { ...click, sends: click.sends.map((send) => (isOpen(send) ? open(send, "asking") : send)) };
}

/** As it is found in storage: what was on its way then may have arrived. */
export function restored(click: Click): Click {
  return {
    ...click,
    sends: click.sends.map((send) => (isOpen(send) ? { ...open(send, "doubtful"), lost: true } : send)),
  };
}

export function answered(click: Click, connection: string, outcome: Outcome): Click {
  return {
    ...click,
    sends: click.sends.map((send) => (send.connection === connection ? settled(send, outcome) : send)),
  };
}

/** What is settled stays so, whatever a late answer says. */
function settled(send: Send, outcome: Outcome): Send {
  if (!isOpen(send)) return send;
  switch (outcome.is) {
    case "taken":
      return { ...base(send), state: "taken", publication: outcome.publication, failed: outcome.failed };
    case "lost":
      return { ...open(send, "doubtful"), lost: true };
    case "refused": {
      const { code, status, title, detail } = outcome.problem;
      /* Whoever signs in again asks again: of an earlier request nothing is known yet. */
      if (send.lost && code === "not_signed_in") return open(send, "doubtful");
      const unclear = send.lost && !DENIES_THE_KEY.has(code);
      return { ...base(send), state: "refused", refusal: { code, status, title, detail, unclear } };
    }
  }
}

const base = ({ connection, name, platform, key, body, lost }: Send) => ({
  connection,
  name,
  platform,
  key,
  body,
  lost,
});
const open = (send: Send, state: "asking" | "doubtful"): Send => ({ ...base(send), state });

/** These are said only after the server has looked for the key and found nothing: no earlier request had arrived. */
const DENIES_THE_KEY: ReadonlySet<string> = new Set([
  "reconnect_needed",
  "platform_mismatch",
  "consent_missing",
  "media_not_ready",
  "kind_not_supported",
  "too_many_publications",
  "platform_switched_off",
  "publishing_objected",
  "processing_restricted",
  "restricted_by_another",
]);

/** What a failed call says of the click: that it lives on, that it was refused, or nothing at all. */
export function outcomeOf(problem: Problem): Outcome {
  if (problem.code === "publication_in_progress" && problem.publicationId)
    return { is: "taken", publication: problem.publicationId, failed: false };
  if (problem.code === "platform_switched_off") return { is: "refused", problem };
  const isOurs = problem.code !== "unreachable" && problem.code !== "unknown";
  const isRefusal = isOurs && problem.status >= 400 && problem.status < 500;
  return isRefusal ? { is: "refused", problem } : { is: "lost" };
}

export type Verdict = "asking" | "doubtful" | "answered";

export function verdict(click: Click): Verdict {
  if (click.sends.some(({ state }) => state === "asking")) return "asking";
  return click.sends.some(({ state }) => state === "doubtful") ? "doubtful" : "answered";
}

/** Later, a person has to say that it should still go out. */
export const mayAskByItself = (click: Click, now: number): boolean => now - click.at < FRESH_MS;

export function publications(click: Click): string[] {
  return click.sends.flatMap((send) => (send.state === "taken" ? [send.publication] : []));
}

export const wasRefused = (click: Click): boolean => click.sends.some(({ state }) => state === "refused");

/** The accounts for which the draft is still needed: refused, or failed at once. */
export function leftOver(click: Click): string[] {
  return click.sends
    .filter((send) => send.state === "refused" || (send.state === "taken" && send.failed))
    .map(({ connection }) => connection);
}
