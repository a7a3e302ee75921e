import { describe, expect, test, vi } from "vitest";
import type { Media } from "../../data/contents";

vi.mock("../../data/contents", () => ({
  isVideo: ({ media_type }: Media) => media_type.startsWith("video/"),
}));
vi.mock("../../i18n", () => ({ t: { tiktok: { audiences: {} } } }));

const { checkBody, clickBody, kindOf, postFor } = await import("./bodies");
const { chosen, listed, moved, newDraft, nextDraft, withAccount } = await import("./draft");
const { draftFrom, draftText } = await import("./draft-text");

function media(id: string, media_type: Media["media_type"] = "image/jpeg"): Media {
  return { id, media_type } as Media;
}
const photos = (count: number) => Array.from({ length: count }, (_, index) => media(`p${index}`));
const video = media("v", "video/mp4");
const ACCOUNT = { id: "ig", platform: "instagram", name: "@hill.walks" } as const;
const draft = (changes = {}) => ({ ...newDraft(["ig"]), caption: "Hello", ...changes });
const clickOf = (of: ReturnType<typeof draft>, ready: Media[]) =>
  clickBody(of, postFor(of, ACCOUNT, ready), "c", null);

describe("the kind follows from the media, as it does on the server", () => {
  test.each<["instagram" | "tiktok", Media[], boolean, string | null]>([
    ["instagram", [], false, null],
    ["instagram", photos(1), false, "photo"],
    ["instagram", [video], false, "reel"],
    ["instagram", photos(1), true, "story"],
    ["instagram", [video], true, "story"],
    ["instagram", photos(2), false, "carousel"],
    ["instagram", [...photos(9), video], false, "carousel"],
    ["instagram", photos(11), false, null],
    ["instagram", photos(2), true, null],
    ["tiktok", [], false, null],
    ["tiktok", [video], false, "video"],
    ["tiktok", photos(1), false, "photo"],
    ["tiktok", photos(35), false, "photo"],
    ["tiktok", photos(36), false, null],
    ["tiktok", [video, media("w", "video/mp4")], false, null],
    ["tiktok", [video, ...photos(1)], false, null],
  ])("%s %#", (platform, given, story, kind) => expect(kindOf(platform, given, story)).toBe(kind));
});

describe("what a click sends", () => {
  test("keeps the order that was chosen", () => {
    const body = clickOf(draft({ media: ["p2", "p0"] }), photos(3));
    expect(body?.media.map(({ media_asset_id }) => media_asset_id)).toEqual(["p2", "p0"]);
  });

  test("leaves out a file that is not there any more", () => {
    const body = clickOf(draft({ media: ["gone", "p0"] }), photos(1));
    expect(body?.media.length).toBe(1);
  });

  test("has an alternative text for pictures of the feed only", () => {
    const altTexts = { p0: " Hills ", v: "no" };
    expect(clickOf(draft({ altTexts, media: ["p0", "v"] }), [...photos(1), video])?.media).toEqual([
      { media_asset_id: "p0", alt_text: "Hills" },
      { media_asset_id: "v", alt_text: null },
    ]);
    const story = withAccount(draft({ altTexts }), "ig", {
      instagram: { story: true, shareToFeed: true, cover: null, coverMs: null },
    });
    expect(clickOf(story, photos(1))).toMatchObject({ caption: "", media: [{ alt_text: null }] });
  });

  test("has the cover of a reel, and forgets one that was deleted", () => {
    const reel = (cover: string) =>
      withAccount(draft({ media: ["v"] }), "ig", {
        instagram: { story: false, shareToFeed: false, cover, coverMs: 1500 },
      });
    expect(clickOf(reel("p0"), [video, ...photos(1)])).toMatchObject({
      instagram: { share_to_feed: false, cover_asset_id: "p0", thumb_offset_ms: null },
    });
    expect(clickOf(reel("gone"), [video])).toMatchObject({
      instagram: { cover_asset_id: null, thumb_offset_ms: 1500 },
    });
  });

  test("a photo takes along no choice of a reel", () => {
    const body = clickOf(
      withAccount(draft(), "ig", {
        instagram: { story: false, shareToFeed: false, cover: "p0", coverMs: 1500 },
      }),
      photos(1),
    );
    expect(body).toMatchObject({ instagram: { story: false } });
    expect(Object.keys((body as { instagram: object }).instagram)).toEqual(["story"]);
  });

  test("is nothing while it is no post, or TikTok's audience is not chosen", () => {
    expect(clickOf(draft(), [])).toBe(null);
    const tiktok = { id: "tt", platform: "tiktok", name: "Hill Walks" } as const;
    const post = postFor(draft(), tiktok, [video]);
    expect(clickBody(draft(), post, "c", null)).toBe(null);
    expect(checkBody(draft(), post, "c", null)).toMatchObject({ tiktok: { privacy_level: null } });
  });
});

describe("a draft", () => {
  test("a single video is chosen without the pictures beside it", () => {
    expect(chosen(null, [...photos(2), video])).toEqual([video]);
    expect(chosen(null, photos(2))).toEqual(photos(2));
  });

  test("moves within its ends", () => {
    expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
    expect(moved(["a", "b"], 1, 2)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  });

  test("what is not chosen stands behind what is", () => {
    const all = photos(3);
    expect(listed(chosen(["p2"], all), all).map(({ id }) => id)).toEqual(["p2", "p0", "p1"]);
  });

  test("comes back from storage as it was, but for TikTok's audience", () => {
    const written = withAccount(draft({ altTexts: { p0: "Hills" }, media: ["p0"] }), "tt", {
      caption: "Own",
    });
    const own = written.own.tt;
    if (!own) throw new Error("no such account");
    const withAudience = withAccount(written, "tt", {
      tiktok: { ...own.tiktok, privacyLevel: "PUBLIC_TO_EVERYONE", allowComment: true },
    });
    expect(draftText(withAudience)).not.toContain("PUBLIC_TO_EVERYONE");
    expect(draftFrom(draftText(withAudience))).toEqual(
      withAccount(written, "tt", { tiktok: { ...own.tiktok, allowComment: true } }),
    );
  });

  test.each([null, "", "{", "[]", "7", '{"id":1}', '{"caption":"x"}'])("%s is none", (text) =>
    expect(draftFrom(text)).toBe(null),
  );

  test("after a click that was not taken everywhere it is another post", () => {
    const before = draft();
    const after = nextDraft(before, ["tt"]);
    expect([after.id === before.id, after.accounts, after.caption]).toEqual([false, ["tt"], "Hello"]);
  });
});
