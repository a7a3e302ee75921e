import { describe, expect, test } from "vitest";
import { hashtags, mentions, units } from "./text";

describe("text is measured as the server measures it", () => {
  test.each([
    ["#hills #walks", 2],
    ["#hills#walks", 2],
    ["C#m is no tag, and neither is #", 0],
    ["#ünï #日本 #🍮", 3],
    ["a_#b", 0],
  ])("tags of %s", (text, count) => expect(hashtags(text)).toBe(count));

  test.each([
    ["@mia and @hill.walks.", 2],
    ["name@host.test", 0],
    ["@mia@eve", 2],
    ["@.", 0],
  ])("mentions of %s", (text, count) => expect(mentions(text)).toBe(count));

  test("an emoji counts two", () => expect(units("🍮a")).toBe(3));
});
