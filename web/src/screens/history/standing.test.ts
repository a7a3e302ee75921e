import { expect, test } from "vitest";
import { byDay } from "./by-day";
import { answerFrom, areWordsCleared, standingOf } from "./standing";

const sent = { at: "2026-11-26T12:00:00Z", state: "committing" as const };
const doubt = { at: "2026-11-26T12:00:20Z", state: "unknown" as const };
const minutes = (count: number): number => Date.parse(sent.at) + count * 60_000;

test("what holds a click is shown, but never instead of an end or of a doubt", () => {
  expect(standingOf({ state: "queued" }, "switched_off")).toBe("switched_off");
  expect(standingOf({ state: "processing" }, "needs_confirmation")).toBe("needs_confirmation");
  expect(standingOf({ state: "unknown" }, "switched_off")).toBe("unknown");
  expect(standingOf({ state: "failed" }, "switched_off")).toBe("failed");
});

test("nobody can answer while a call of ours may be under way", () => {
  expect(answerFrom("instagram", [sent, doubt])).toEqual({ isThere: minutes(3), isNotThere: minutes(3) });
});

test("nobody can say that it is not there while TikTok may still fetch it", () => {
  expect(answerFrom("tiktok", [sent, doubt])).toEqual({ isThere: minutes(3), isNotThere: minutes(65) });
});

test("the last call counts", () => {
  const earlier = { ...sent, at: "2026-11-26T10:00:00Z" };

  expect(answerFrom("instagram", [earlier, sent, doubt]).isThere).toBe(minutes(3));
});

test("steps of one day stand together, in their order", () => {
  const all = [{ at: "1a" }, { at: "1b" }, { at: "2a" }];

  expect(byDay(all, (at) => at.slice(0, 1))).toEqual([
    { day: "1", of: [{ at: "1a" }, { at: "1b" }] },
    { day: "2", of: [{ at: "2a" }] },
  ]);
});

test("what somebody's erasure cleared is not taken for a choice to write nothing", () => {
  const step = { id: 1, at: sent.at, state: "published" as const, detail: {} };

  expect(areWordsCleared({ steps: [{ ...step, event: "published" }] })).toBe(false);
  expect(areWordsCleared({ steps: [{ ...step, event: "words_cleared" }] })).toBe(true);
});
