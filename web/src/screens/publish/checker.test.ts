import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CALM_MS, Checker, type Checks, type Preflight } from "./checker";

vi.mock("../../i18n", () => ({ t: { problems: { unknown: { title: "", detail: "" } } } }));

vi.stubGlobal("navigator", { onLine: true });
const { Problem } = await import("../../api/problem");

type Asked = Parameters<Checker["want"]>[0] extends ReadonlyMap<string, infer Body> ? Body : never;

const body = (account: string, caption: string): Asked => ({
  platform: "instagram",
  content_id: "content",
  connection_id: account,
  caption,
  media: [{ media_asset_id: "photo" }],
});
const wanted = (captions: Record<string, string>) =>
  new Map(Object.entries(captions).map(([account, caption]) => [account, body(account, caption)]));
const fine: Preflight = {
  kind: "photo",
  ready: true,
  problems: [],
  not_checked: [],
  quota: null,
  creator: null,
};

/** A server that answers when the test says so. */
function desk() {
  const asked: { caption: string; account: string; answer: (given?: Preflight | Error) => Promise<void> }[] =
    [];
  let told: Checks = { of: new Map(), pausedUntil: null };
  let under = 0;
  const checker = new Checker(
    (given, signal) =>
      new Promise((resolve, reject) => {
        expect(++under, "questions at a time").toBe(1);
        const end = async (settle: () => void) => {
          under -= 1;
          settle();
          await vi.advanceTimersByTimeAsync(0);
        };
        signal.addEventListener("abort", () => void end(() => reject(signal.reason)));
        asked.push({
          caption: given.caption,
          account: given.connection_id,
          answer: (with_ = fine) => end(() => (with_ instanceof Error ? reject(with_) : resolve(with_))),
        });
      }),
    (checks) => {
      told = checks;
    },
  );
  return { checker, asked, told: () => told };
}

const calm = () => vi.advanceTimersByTimeAsync(CALM_MS);

describe("checking while somebody writes", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("waits until nothing has changed for a moment, and asks once", async () => {
    const { checker, asked } = desk();
    for (const caption of ["H", "He", "Hel"]) {
      checker.want(wanted({ a: caption }));
      await vi.advanceTimersByTimeAsync(CALM_MS - 1);
    }
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.map(({ caption }) => caption)).toEqual(["Hel"]);
  });

  test("does not ask about what it knows", async () => {
    const { checker, asked } = desk();
    checker.want(wanted({ a: "Hello" }));
    await calm();
    await asked[0]?.answer();
    checker.want(wanted({ a: "Hello" }));
    await calm();
    expect(asked.length).toBe(1);
  });

  test("breaks off a question that is out of date, and takes no answer to it", async () => {
    const { checker, asked, told } = desk();
    checker.want(wanted({ a: "old" }));
    await calm();
    checker.want(wanted({ a: "new" }));
    await calm();
    expect(asked.map(({ caption }) => caption)).toEqual(["old", "new"]);
    expect(told().of.get("a")).toMatchObject({ isCurrent: false, answer: null, problem: null });
    await asked[1]?.answer();
    expect(told().of.get("a")?.isCurrent).toBe(true);
  });

  test("asks for several accounts one after the other, and only for those that changed", async () => {
    const { checker, asked, told } = desk();
    checker.want(wanted({ a: "1", b: "1" }));
    await calm();
    expect(asked.length).toBe(1);
    await asked[0]?.answer();
    await asked[1]?.answer();
    checker.want(wanted({ a: "1", b: "2" }));
    expect([told().of.get("a")?.isCurrent, told().of.get("b")?.isCurrent]).toEqual([true, false]);
    await calm();
    expect(asked.map(({ account, caption }) => account + caption)).toEqual(["a1", "b1", "b2"]);
  });

  test("another account's change does not break off a question, and keeps its own moment", async () => {
    const { checker, asked } = desk();
    checker.want(wanted({ a: "1" }));
    await calm();
    checker.want(wanted({ a: "1", b: "1" }));
    await asked[0]?.answer();
    expect(asked.length).toBe(1);
    await calm();
    expect(asked.map(({ account }) => account)).toEqual(["a", "b"]);
  });

  test("an account that is not chosen any more is forgotten", async () => {
    const { checker, asked, told } = desk();
    checker.want(wanted({ a: "1" }));
    await calm();
    checker.want(new Map());
    await calm();
    expect([asked.length, told().of.size]).toEqual([1, 0]);
  });

  test("waits as long as it was told to when it asked too often, then asks by itself", async () => {
    const { checker, asked, told } = desk();
    checker.want(wanted({ a: "1" }));
    await calm();
    await asked[0]?.answer(new Problem({ code: "too_many_preflights", status: 429, retryAfter: 45 }));
    expect(told().pausedUntil).toBe(Date.now() + 45_000);
    checker.want(wanted({ a: "2" }));
    await vi.advanceTimersByTimeAsync(44_999);
    expect(asked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.map(({ caption }) => caption)).toEqual(["1", "2"]);
  });

  test("a check that did not happen is said, and is not asked again and again", async () => {
    const { checker, asked, told } = desk();
    checker.want(wanted({ a: "1" }));
    await calm();
    await asked[0]?.answer(new Problem({ code: "database_unavailable", status: 503 }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect([asked.length, told().of.get("a")?.problem?.code]).toEqual([1, "database_unavailable"]);
    checker.again();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.length).toBe(2);
  });

  test("tells nothing when nothing has changed", async () => {
    const { checker, told } = desk();
    checker.want(wanted({ a: "1" }));
    const before = told();
    checker.want(wanted({ a: "1" }));
    expect(told()).toBe(before);
  });

  test("remembers what TikTok said of an account when it does not answer once", async () => {
    const { checker, asked, told } = desk();
    const creator = {
      nickname: "Hill Walks",
      privacy_level_options: ["SELF_ONLY"],
      comment_disabled: false,
      duet_disabled: false,
      stitch_disabled: false,
      max_video_post_duration_sec: 600,
    };
    checker.want(wanted({ a: "1" }));
    await calm();
    await asked[0]?.answer({ ...fine, creator });
    checker.want(wanted({ a: "2" }));
    await calm();
    await asked[1]?.answer({ ...fine, not_checked: ["creator"] });
    expect(told().of.get("a")?.creator).toEqual(creator);
  });

  test("nothing is asked after the form was left", async () => {
    const { checker, asked } = desk();
    checker.want(wanted({ a: "1" }));
    checker.stop();
    await calm();
    expect(asked).toEqual([]);
  });
});
