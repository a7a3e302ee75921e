import { describe, expect, test, vi } from "vitest";
import {
  answered,
  asked,
  type Click,
  leftOver,
  mayAskByItself,
  newClick,
  type Outcome,
  outcomeOf,
  publications,
  restored,
  verdict,
  type Wish,
} from "./click";

vi.mock("../../i18n", () => ({ t: { problems: { unknown: { title: "", detail: "" } } } }));
vi.stubGlobal("navigator", { onLine: true });
const { Problem } = await import("../../api/problem");

const HOUR = 3_600_000;
const wish = (connection: string): Wish => ({
  connection,
  name: connection,
  platform: "instagram",
  body: { platform: "instagram", content_id: "c", connection_id: connection, caption: "", media: [] },
});
const keys = () => {
  let count = 0;
  return () => `key-${++count}`;
};
const click = (...connections: string[]): Click => newClick("draft", connections.map(wish), 0, keys());
const problem = (status: number, code: string, publicationId?: string) =>
  new Problem({ status, code, title: "", detail: "", publicationId });
const LOST: Outcome = { is: "lost" };
const TAKEN: Outcome = { is: "taken", publication: "p", failed: false };
const refused = (code: string, status = 422): Outcome => ({ is: "refused", problem: problem(status, code) });
const only = ({ sends }: Click) => sends[0];
const keysOf = ({ sends }: Click) => sends.map(({ key }) => key);

describe("a key", () => {
  test("is new for every account and every click", () => {
    const newKey = keys();
    const all = ["a", "b"].flatMap(() => keysOf(newClick("d", [wish("a"), wish("b")], 0, newKey)));
    expect(new Set(all).size).toBe(4);
  });

  test.each<[string, (one: Click) => Click]>([
    ["asking again", asked],
    ["a reload", restored],
    ["a lost answer", (one) => answered(one, "a", LOST)],
    ["a reload after a lost answer", (one) => restored(answered(one, "a", LOST))],
    ["all of it twice", (one) => asked(restored(asked(restored(answered(one, "a", LOST)))))],
    ["storage", (one) => JSON.parse(JSON.stringify(one))],
  ])("outlives %s, with its words", (_, happens) => {
    const before = click("a");
    const after = happens(before);
    expect(keysOf(after)).toEqual(keysOf(before));
    expect(only(after)?.body).toEqual(only(before)?.body);
  });
});

describe("an answer that did not come", () => {
  test.each([
    ["the network", problem(0, "offline")],
    ["a connection that was cut", problem(0, "unreachable")],
    ["an error of ours", problem(500, "internal_error")],
    ["a database that is away", problem(503, "database_unavailable")],
    ["a deadline", problem(504, "deadline_reached")],
    ["an answer that cannot be read", problem(200, "unreachable")],
    ["a page of somebody on the way", problem(403, "unreachable")],
    ["something that nobody foresaw", problem(0, "unknown")],
  ])("%s: leaves the click in doubt", (_, failure) => {
    const after = answered(click("a"), "a", outcomeOf(failure));
    expect([verdict(after), only(after)?.lost]).toEqual(["doubtful", true]);
  });

  test("a click that was on its way when the page was left is in doubt", () => {
    expect(verdict(restored(click("a")))).toBe("doubtful");
    expect(only(restored(click("a")))?.lost).toBe(true);
  });

  test("asking by itself ends after an hour: nobody expects the post any more", () => {
    expect(mayAskByItself(click("a"), HOUR - 1)).toBe(true);
    expect(mayAskByItself(click("a"), HOUR)).toBe(false);
  });
});

describe("an answer", () => {
  test("that the first click is still at work is as good as the publication", () => {
    const after = answered(click("a"), "a", outcomeOf(problem(409, "publication_in_progress", "p9")));
    expect([verdict(after), publications(after)]).toEqual(["answered", ["p9"]]);
  });

  test.each([
    [401, "not_signed_in"],
    [403, "role_too_low"],
    [403, "publishing_objected"],
    [409, "reconnect_needed"],
    [422, "idempotency_key_reused"],
    [422, "media_not_ready"],
    [429, "too_many_publications"],
    [503, "platform_switched_off"],
  ])("%i %s: nothing was posted", (status, code) => {
    const after = answered(click("a"), "a", outcomeOf(problem(status, code)));
    expect(verdict(after)).toBe("answered");
    expect(only(after)).toMatchObject({ state: "refused", refusal: { code, unclear: false } });
  });

  test.each(["role_too_low", "not_found", "idempotency_key_reused", "account_erased", "invalid_input"])(
    "%s after a lost one does not say that nothing was posted",
    (code) => {
      const after = answered(answered(click("a"), "a", LOST), "a", refused(code));
      expect(only(after)).toMatchObject({ state: "refused", refusal: { unclear: true } });
    },
  );

  test.each(["reconnect_needed", "too_many_publications", "publishing_objected", "platform_switched_off"])(
    "%s after a lost one does: the server had looked for the key",
    (code) => {
      const after = answered(restored(click("a")), "a", refused(code));
      expect(only(after)).toMatchObject({ state: "refused", refusal: { unclear: false } });
    },
  );

  test("whoever was signed out in doubt is still in doubt", () => {
    expect(verdict(answered(restored(click("a")), "a", refused("not_signed_in", 401)))).toBe("doubtful");
  });

  test("settles for good, whatever comes late", () => {
    for (const late of [LOST, refused("role_too_low"), { ...TAKEN, publication: "other" }]) {
      expect(publications(answered(answered(click("a"), "a", TAKEN), "a", late))).toEqual(["p"]);
    }
  });
});

describe("several accounts", () => {
  test("one in doubt keeps the click open, and only that one is asked again", () => {
    const after = asked(answered(answered(click("a", "b"), "a", TAKEN), "b", LOST));
    expect(after.sends.map(({ state }) => state)).toEqual(["taken", "asking"]);
  });

  test("a reload forgets no answer", () => {
    const after = restored(answered(click("a", "b", "c"), "b", refused("reconnect_needed")));
    expect(after.sends.map(({ state }) => state)).toEqual(["doubtful", "refused", "doubtful"]);
  });

  test("what was refused, or failed at once, is left to do", () => {
    let after = click("a", "b", "c");
    after = answered(after, "a", TAKEN);
    after = answered(after, "b", refused("reconnect_needed"));
    after = answered(after, "c", { ...TAKEN, failed: true });
    expect(leftOver(after)).toEqual(["b", "c"]);
  });
});
