import { expect, test } from "vitest";
import { addressOf, allOf, before, filterOf, idsOf, needsYou } from "./publication-filter";

const ID = "11111111-2222-4333-8444-555555555555";
const OTHER = "22222222-2222-4333-8444-555555555555";

test("what somebody typed into the address is a filter of ours, or none", () => {
  const typed = { state: "all", platform: "myspace", account: "x),id.not.is.null", content: `${ID}'` };

  expect(filterOf(typed)).toEqual({});
});

test("a filter and its address are the same", () => {
  const filter = { state: "needs_you", platform: "tiktok", account: "disconnected", content: ID } as const;
  const address = new URL(addressOf("/p/x/history", filter), "https://example.com");

  expect(filterOf(Object.fromEntries(address.searchParams))).toEqual(filter);
  expect(addressOf("/p/x/history", {})).toBe("/p/x/history");
});

test("a filter takes no card away", () => {
  const address = new URL(addressOf("/p/x/history", { state: "failed" }, [ID, OTHER]), "https://example.com");

  expect(idsOf(Object.fromEntries(address.searchParams))).toEqual([ID, OTHER]);
});

test("the cards are of ids only, each once, and not without end", () => {
  expect(idsOf({ of: `${ID},nothing,${ID},${OTHER}` })).toEqual([ID, OTHER]);
  expect(idsOf({})).toEqual([]);
  const many = Array.from({ length: 50 }, (_, index) => ID.replace("1111", String(1000 + index)));
  expect(idsOf({ of: many.join(",") })).toHaveLength(20);
});

test("conditions hold together", () => {
  expect(allOf(undefined, undefined)).toBeUndefined();
  expect(allOf("a.is.null", undefined)).toBe("a.is.null");
  expect(allOf("a.is.null", "b.is.null,c.is.null")).toBe("and(or(a.is.null),or(b.is.null,c.is.null))");
});

test("a page begins after the last row, also among rows of one moment", () => {
  const at = "2026-11-26 06:11:16.062+00";

  expect(before({ created_at: at, id: ID })).toBe(
    `created_at.lt."${at}",and(created_at.eq."${at}",id.lt.${ID})`,
  );
});

test("a doubt needs somebody, and so does a click that waits for a word", () => {
  expect(needsYou([])).toBe('state.eq."unknown"');
  expect(needsYou([ID])).toContain(`id.in.(${ID})`);
});
