import { describe, expect, test } from "vitest";
import { askEvery, isHeld, isMoving, secondsToNext, watchEvery } from "./pace";

const NOW = Date.parse("2026-11-26T12:00:00Z");
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const open = { hidden: false };
const hidden = { hidden: true };

const asked = (changes: Partial<Parameters<typeof secondsToNext>[0]> = {}) => ({
  state: "processing" as const,
  next_step_at: at(3),
  switched_off: false,
  needs_confirmation: false,
  ...changes,
});

describe("the next question", () => {
  test.each(["published", "failed"] as const)("is not asked of what is %s", (state) => {
    expect(secondsToNext(asked({ state, next_step_at: null }), NOW)).toBeNull();
    expect(askEvery(asked({ state, next_step_at: null }), false, open, NOW)).toBe(false);
  });

  test("is not asked of a doubt that only a person can end, but of one that the platform can", () => {
    expect(secondsToNext(asked({ state: "unknown", next_step_at: null }), NOW)).toBeNull();
    expect(secondsToNext(asked({ state: "unknown", next_step_at: at(5) }), NOW)).toBe(5);
  });

  test.each([
    [2.2, 3],
    [0.1, 1],
    [0, 1],
    [600, 60],
  ])("%s seconds ahead waits for %s", (ahead, wait) => {
    expect(secondsToNext(asked({ next_step_at: at(ahead) }), NOW)).toBe(wait);
  });

  test("comes more rarely the longer another is at it", () => {
    const waits = [-0.5, -2, -8, -300].map((late) => secondsToNext(asked({ next_step_at: at(late) }), NOW));

    expect(waits).toEqual([1, 2, 8, 15]);
  });

  test.each([{ switched_off: true }, { needs_confirmation: true }])("waits a minute while %o", (held) => {
    expect(secondsToNext(asked({ next_step_at: at(-300), ...held }), NOW)).toBe(60);
  });

  test("is rarer in a hidden tab and after an error, and never oftener than once a second", () => {
    const soon = asked({ next_step_at: at(0) });

    expect(askEvery(soon, false, open, NOW)).toBe(1000);
    expect(askEvery(soon, false, hidden, NOW)).toBe(15_000);
    expect(askEvery(soon, true, open, NOW)).toBe(5000);
  });
});

describe("a row", () => {
  const row = { state: "published" as const, next_step_at: null, permalink: null, finished_at: at(-60) };

  test("of what has ended long ago is read once", () => {
    expect(watchEvery(row, open, NOW)).toBe(false);
  });

  test("that has just ended is looked at until its link is there", () => {
    const now = { ...row, finished_at: at(-1) };

    expect(watchEvery(now, open, NOW)).toBe(2000);
    expect(watchEvery({ ...now, permalink: "https://www.instagram.com/p/x/" }, open, NOW)).toBe(false);
  });

  test("of a doubt is looked at now and then: the platform may tell by itself", () => {
    expect(watchEvery({ ...row, state: "unknown", finished_at: null }, open, NOW)).toBe(30_000);
  });

  test("that is late by more than the queue and the cron need is held by something", () => {
    const late = { state: "queued" as const, next_step_at: at(-31) };

    expect(isMoving(late)).toBe(true);
    expect(isHeld(late, NOW)).toBe(true);
    expect(isHeld({ ...late, next_step_at: at(-29) }, NOW)).toBe(false);
    expect(isHeld({ ...late, state: "published" }, NOW)).toBe(false);
  });
});
