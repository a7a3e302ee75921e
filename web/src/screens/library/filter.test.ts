import { expect, test } from "vitest";
import type { ContentSummary } from "../../data/contents";
import { matching } from "./filter";

const content = (title: string, tags: string[] = [], type: ContentSummary["type"] = "image") =>
  ({ id: title, title, tags, type, created_at: "2026-11-26T06:00:00Z", cover: undefined }) as const;

const all = [content("Morning café", ["hills"]), content("Evening", ["Sea", "hills"], "video")];
const titles = (search: string, type: ContentSummary["type"] | "all" = "all") =>
  matching(all, { search, type }).map(({ title }) => title);

test("nothing searched for is everything", () => {
  expect(titles("  ")).toEqual(["Morning café", "Evening"]);
});

test("case and accents do not matter, in either direction", () => {
  expect(titles("CAFE")).toEqual(["Morning café"]);
  expect(titles("séa")).toEqual(["Evening"]);
});

test("every word has to be there, in the title or in a tag", () => {
  expect(titles("evening #hills")).toEqual(["Evening"]);
  expect(titles("evening cafe")).toEqual([]);
});

test("a word does not reach over from one tag to the next", () => {
  expect(titles("seahills")).toEqual([]);
});

test("a type leaves out the others", () => {
  expect(titles("hills", "video")).toEqual(["Evening"]);
});
