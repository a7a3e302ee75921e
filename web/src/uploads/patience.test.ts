import { beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { loadLanguage } from "../i18n";
import { persist, waitMs } from "./patience";

let online = true;

beforeEach(async () => {
  online = true;
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("navigator", {
    get onLine() {
      return online;
    },
    languages: ["en"],
  });
  await loadLanguage();
});

function watched() {
  const stop = new AbortController();
  const waits: unknown[] = [];
  const pause = vi.fn(async () => undefined);
  return {
    stop,
    waits,
    pause,
    patience: { signal: stop.signal, onWait: (why: unknown) => waits.push(why), pause },
  };
}

const failing = (times: number, problem: () => Error) => {
  let calls = 0;
  return vi.fn(async () => {
    calls += 1;
    if (calls <= times) throw problem();
    return "done";
  });
};
const lost = () => new Problem({ code: "unreachable" });

test("what passes by itself is waited for, and said while it lasts", async () => {
  const { waits, patience } = watched();
  const work = failing(2, lost);
  expect(await persist(work, patience)).toBe("done");
  expect(work).toHaveBeenCalledTimes(3);
  expect(waits).toEqual(["retry", undefined, "retry", undefined]);
});

test("a refusal is not asked for twice", async () => {
  const { patience } = watched();
  const work = failing(1, () => new Problem({ code: "role_too_low", status: 403 }));
  await expect(persist(work, patience)).rejects.toMatchObject({ code: "role_too_low" });
  expect(work).toHaveBeenCalledTimes(1);
});

test("a mistake of ours is not taken for a lost network", async () => {
  const { patience } = watched();
  const work = failing(1, () => new TypeError());
  await expect(persist(work, patience)).rejects.toBeInstanceOf(TypeError);
});

test("without an end to it, somebody is told", async () => {
  const { patience } = watched();
  const work = failing(Number.POSITIVE_INFINITY, lost);
  await expect(persist(work, patience)).rejects.toMatchObject({ code: "unreachable" });
  expect(work).toHaveBeenCalledTimes(10);
});

test("as long as the browser is offline nothing is counted, however often it comes and goes", async () => {
  const { waits, pause, patience } = watched();
  online = false;
  expect(await persist(failing(30, lost), patience)).toBe("done");
  expect(pause).toHaveBeenCalledWith(Number.POSITIVE_INFINITY, patience.signal);
  expect(waits[0]).toBe("connection");
});

test("a limit is waited for exactly as long as the server says, and a long one is told", async () => {
  const { pause, patience } = watched();
  const limited = (retryAfter: number) => () =>
    new Problem({ code: "too_many_uploads", status: 429, retryAfter });
  await persist(failing(1, limited(12)), patience);
  expect(pause).toHaveBeenCalledWith(12_000, patience.signal);
  await expect(persist(failing(1, limited(3600)), patience)).rejects.toMatchObject({ retryAfter: 3600 });
});

test("what is cancelled is not tried again", async () => {
  const { stop, patience } = watched();
  const work = vi.fn(async () => {
    stop.abort();
    throw lost();
  });
  await expect(persist(work, patience)).rejects.toMatchObject({ name: "AbortError" });
  expect(work).toHaveBeenCalledTimes(1);
});

test("waiting grows and ends at half a minute", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => waitMs({ retryAfter: undefined }, attempt));
  waits.forEach((wait, index) => {
    const whole = Math.min(1000 * 2 ** index, 30_000);
    expect(wait).toBeGreaterThanOrEqual(whole / 2);
    expect(wait).toBeLessThanOrEqual(whole);
  });
});
