import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { autosave, type SaveState } from "./autosave";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function made(save: (value: string, stored: string) => Promise<void> = async () => undefined) {
  const states: SaveState[] = [];
  const saved: [value: string, stored: string][] = [];
  const words = autosave<string>({
    stored: "a",
    isSame: (one, other) => one === other,
    save: async (value, stored) => {
      saved.push([value, stored]);
      await save(value, stored);
    },
    onState: (state) => states.push(state),
    delayMs: 500,
  });
  return { words, states, saved };
}

test("several changes in a row are saved once, as the last one", async () => {
  const { words, states, saved } = made();
  words.change("ab");
  words.change("abc");
  expect(saved).toEqual([]);
  await vi.advanceTimersByTimeAsync(500);
  expect(saved).toEqual([["abc", "a"]]);
  expect(states.at(-1)).toBe("saved");
});

test("what is changed while something is saved follows, and never overtakes", async () => {
  const answers: (() => void)[] = [];
  const { words, states, saved } = made(() => new Promise((resolve) => answers.push(resolve)));
  words.change("b");
  await vi.advanceTimersByTimeAsync(500);
  words.change("c");
  await vi.advanceTimersByTimeAsync(5000);
  expect(saved).toEqual([["b", "a"]]);
  answers[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(saved).toEqual([
    ["b", "a"],
    ["c", "b"],
  ]);
  expect(states.at(-1)).toBe("saving");
  answers[1]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(states.at(-1)).toBe("saved");
});

test("what cannot be saved is not, and is never called saved", async () => {
  const { words, states, saved } = made();
  words.change("b");
  words.change(undefined);
  await vi.advanceTimersByTimeAsync(5000);
  words.flush();
  expect(saved).toEqual([]);
  expect(states).toEqual(["unsaved", "unsaved"]);
});

test("a failure keeps the change, and another try saves it", async () => {
  let isDown = true;
  const { words, states, saved } = made(async () => {
    if (isDown) throw new Error();
  });
  words.change("b");
  await vi.advanceTimersByTimeAsync(500);
  expect(states.at(-1)).toBe("failed");
  isDown = false;
  words.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(saved.at(-1)).toEqual(["b", "a"]);
  expect(states.at(-1)).toBe("saved");
});

test("leaving at once saves what has just been typed", () => {
  const { words, saved } = made();
  words.change("b");
  words.flush();
  expect(saved).toEqual([["b", "a"]]);
});

test("a change taken back needs no saving", async () => {
  const { words, states, saved } = made();
  words.change("b");
  words.change("a");
  await vi.advanceTimersByTimeAsync(5000);
  expect(saved).toEqual([]);
  expect(states.at(-1)).toBe("saved");
});
