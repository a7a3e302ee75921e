import { expect, test } from "vitest";
import { withTags } from "./tags";

test("a list that is pasted becomes its tags, without # and without doubles", () => {
  expect(withTags(["Hills"], " #sea, hills,Sea,\n, walk in the rain ").tags).toEqual([
    "Hills",
    "sea",
    "walk in the rain",
  ]);
});

test("a tag has at most 100 characters, however many halves they have", () => {
  expect(withTags([], "🍮".repeat(100)).added).toHaveLength(1);
  expect(withTags([], "x".repeat(101))).toEqual({ tags: [], added: [], refused: "too_long" });
});

test("of too many, those that fit stay", () => {
  const typed = Array.from({ length: 31 }, (_, n) => `tag ${n}`).join(",");
  const { tags, refused } = withTags([], typed);
  expect(tags).toHaveLength(30);
  expect(refused).toBe("too_many");
});

test("nothing typed is nothing added", () => {
  expect(withTags(["a"], " , # ,")).toEqual({ tags: ["a"], added: [] });
});
