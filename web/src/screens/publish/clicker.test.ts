import { describe, expect, test, vi } from "vitest";
import type { Click, Outcome, Wish } from "./click";
import { Clicker, type Desk, IDLE, type Shown } from "./clicker";

vi.mock("../../i18n", () => ({ t: { problems: { unknown: { title: "", detail: "" } } } }));
vi.stubGlobal("navigator", { onLine: true });
const { Problem } = await import("../../api/problem");

const wishes: Wish[] = [
  {
    connection: "a",
    name: "a",
    platform: "instagram",
    body: { platform: "instagram", content_id: "c", connection_id: "a", caption: "Hi", media: [] },
  },
];
const LOST: Outcome = { is: "lost" };
const refused: Outcome = {
  is: "refused",
  problem: new Problem({ code: "reconnect_needed", status: 409, title: "", detail: "" }),
};
const soon = () => new Promise((resolve) => setTimeout(resolve));

/** One browser with its storage, and a server that remembers keys as ours does: a post for each new one. */
function browser() {
  const storage = { click: null as string | null, draft: "draft" as string | null, takes: true, works: true };
  const posts = new Map<string, string>();
  const requests: { key: string; answer: (outcome?: Outcome, arrives?: boolean) => Promise<void> }[] = [];
  let at: Promise<void> | null = null;
  let time = 0;
  let keys = 0;
  const desk: Desk = {
    noted: () => (storage.click === null ? null : (JSON.parse(storage.click) as Click)),
    note: (click) => {
      if (storage.takes) storage.click = JSON.stringify(click);
      return storage.takes;
    },
    draft: () => storage.draft,
    works: () => storage.works,
    settle: (click) => {
      if (click.sends.every(({ state }) => state === "taken")) storage.draft = null;
      storage.click = null;
    },
    forget: () => {
      storage.click = null;
    },
    alone: async (work) => {
      if (at) return false;
      at = work();
      await at.finally(() => {
        at = null;
      });
      return true;
    },
    turn: async () => {
      while (at) await at;
    },
    send: ({ key }) =>
      new Promise((resolve) => {
        requests.push({
          key,
          answer: async (outcome, arrives = true) => {
            if (arrives && outcome?.is !== "refused")
              posts.set(key, posts.get(key) ?? `post-${posts.size + 1}`);
            resolve(outcome ?? { is: "taken", publication: posts.get(key) ?? "", failed: false });
            await soon();
          },
        });
      }),
    now: () => time,
    newKey: () => `key-${++keys}`,
  };
  const tab = () => {
    let shown: Shown = IDLE;
    const clicker = new Clicker(desk, (now) => {
      shown = now;
    });
    return { clicker, shown: () => shown, press: () => void clicker.press("draft", wishes) };
  };
  const pass = (hours: number) => {
    time += hours * 3_600_000;
  };
  return { tab, storage, posts, requests, pass };
}

describe("at most one post for a click", () => {
  test("a double click is one request", async () => {
    const { tab, requests } = browser();
    const { press } = tab();
    press();
    press();
    await soon();
    press();
    expect(requests.length).toBe(1);
  });

  test.each(["takes", "works"] as const)("nothing is sent that could not be noted (%s)", async (what) => {
    const { tab, storage, requests } = browser();
    const { press, shown } = tab();
    storage[what] = false;
    press();
    await soon();
    expect([requests.length, storage.click, shown().trouble]).toEqual([0, null, "not_noted"]);
  });

  test.each([true, false])("the answer is lost (arrived: %s): asking again posts once", async (arrives) => {
    const { tab, requests, posts } = browser();
    const { clicker, press, shown } = tab();
    press();
    await soon();
    await requests[0]?.answer(LOST, arrives);
    expect(shown().click?.sends[0]?.state).toBe("doubtful");
    void clicker.askAgain();
    await soon();
    await requests[1]?.answer();
    expect(requests[1]?.key).toBe(requests[0]?.key);
    expect([posts.size, shown().done !== null]).toEqual([1, true]);
  });

  test("a reload in the middle asks with the same key", async () => {
    const { tab, requests, posts } = browser();
    const left = tab();
    left.press();
    await soon();
    await requests[0]?.answer(LOST);
    left.clicker.stop();
    const back = tab();
    void back.clicker.open();
    await soon();
    await requests[1]?.answer();
    expect([requests[0]?.key, posts.size]).toEqual([requests[1]?.key, 1]);
  });

  test("a click of yesterday waits for a word, then goes with its own key", async () => {
    const { tab, requests, pass } = browser();
    tab().press();
    await soon();
    await requests[0]?.answer(LOST);
    pass(1);
    const { clicker, shown } = tab();
    void clicker.open();
    await soon();
    expect([requests.length, shown().click?.sends[0]?.state]).toEqual([1, "doubtful"]);
    void clicker.online();
    await soon();
    expect(requests.length).toBe(1);
    void clicker.askAgain();
    await soon();
    expect(requests[1]?.key).toBe(requests[0]?.key);
  });

  test("a second tab that presses meanwhile sends nothing, and learns the end", async () => {
    const { tab, requests } = browser();
    const [first, second] = [tab(), tab()];
    first.press();
    await soon();
    second.press();
    await soon();
    expect([requests.length, second.shown().isElsewhere]).toEqual([1, true]);
    await requests[0]?.answer();
    expect(second.shown().trouble).toBe("settled_elsewhere");
  });

  test("two tabs that press in the same moment send one", async () => {
    const { tab, requests } = browser();
    const [first, second] = [tab(), tab()];
    first.press();
    second.press();
    await soon();
    expect(requests.length).toBe(1);
  });

  test("a second tab that presses afterwards sends nothing: its draft is published", async () => {
    const { tab, requests, posts } = browser();
    const [first, second] = [tab(), tab()];
    first.press();
    await soon();
    await requests[0]?.answer();
    second.press();
    await soon();
    expect([requests.length, posts.size, second.shown().trouble]).toEqual([1, 1, "changed"]);
  });

  test("a second tab that presses while the first is in doubt asks with the key of the first", async () => {
    const { tab, requests, posts } = browser();
    const [first, second] = [tab(), tab()];
    first.press();
    await soon();
    await requests[0]?.answer(LOST);
    second.press();
    await soon();
    await requests[1]?.answer();
    await first.clicker.noticed();
    expect([requests[1]?.key, posts.size]).toEqual([requests[0]?.key, 1]);
    expect(first.shown().trouble).toBe("settled_elsewhere");
  });

  test("tabs in doubt do not make each other ask", async () => {
    const { tab, requests } = browser();
    const [first, second] = [tab(), tab()];
    first.press();
    await soon();
    await requests[0]?.answer(LOST);
    await second.clicker.noticed();
    await first.clicker.noticed();
    expect([requests.length, second.shown().click?.sends[0]?.state]).toEqual([1, "doubtful"]);
  });

  test("tabs that come online together ask once", async () => {
    const { tab, requests } = browser();
    const [first, second] = [tab(), tab()];
    first.press();
    await soon();
    await requests[0]?.answer(LOST);
    await second.clicker.noticed();
    void first.clicker.online();
    void second.clicker.online();
    await soon();
    expect(requests.length).toBe(2);
    await requests[1]?.answer();
    expect(second.shown().trouble).toBe("settled_elsewhere");
  });

  test("whoever leaves the screen is not led anywhere, and the answer is noted", async () => {
    const { tab, requests, storage } = browser();
    const { clicker, press, shown } = tab();
    press();
    await soon();
    clicker.stop();
    const before = shown();
    await requests[0]?.answer();
    expect(shown()).toBe(before);
    expect([storage.click, storage.draft]).toEqual([null, null]);
  });
});

describe("after an answer", () => {
  test("a refusal unlocks the form, and the next click has a new key", async () => {
    const { tab, requests, storage } = browser();
    const { press, shown } = tab();
    press();
    await soon();
    await requests[0]?.answer(refused);
    expect([shown().click, storage.click, storage.draft]).toEqual([null, null, "draft"]);
    press();
    await soon();
    expect(requests[1]?.key).not.toBe(requests[0]?.key);
  });

  test("a click that was let go is not asked about again", async () => {
    const { tab, requests, storage } = browser();
    const { clicker, press } = tab();
    press();
    await soon();
    await requests[0]?.answer(LOST);
    await clicker.letGo();
    await clicker.online();
    expect([requests.length, storage.click]).toEqual([1, null]);
  });
});
