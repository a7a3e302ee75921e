import { beforeAll, describe, expect, test, vi } from "vitest";
import { loadLanguage, loadWords } from "../../../i18n";
import {
  type Around,
  asShown,
  cannotPostNow,
  labelWords,
  namesBrandedContent,
  newChoices,
  offeredLevels,
  publishBlocker,
  type TikTokChoices,
  toDraft,
  toOptions,
  tooLong,
} from "./choices";

beforeAll(async () => {
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("navigator", { languages: ["en"] });
  await loadLanguage();
  await loadWords(["tiktok"]);
});

const creator = {
  nickname: "Hill Walks",
  privacy_level_options: ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
  comment_disabled: false,
  duet_disabled: false,
  stitch_disabled: false,
  max_video_post_duration_sec: 60,
};
const film = { id: "v", object_key: "p/v.mp4", duration_ms: 4000 };
const photo = (id: string) => ({ id, object_key: `p/${id}.jpg`, duration_ms: null });
const ofVideo: Around = { creator, isPhoto: false, media: [film] };
const ofPhotos: Around = { creator, isPhoto: true, media: [photo("a"), photo("b")] };
const choices = (change: Partial<TikTokChoices>): TikTokChoices => ({ ...newChoices(), ...change });
const everything = choices({
  title: "Up there",
  privacyLevel: "PUBLIC_TO_EVERYONE",
  allowComment: true,
  allowDuet: true,
  allowStitch: true,
  disclosed: true,
  yourBrand: true,
  brandedContent: true,
  aiGenerated: true,
  coverMs: 1500,
  coverPhoto: "b",
  addMusic: true,
});

describe("A new post", () => {
  test("has nothing chosen", () => {
    const chosen = Object.values(newChoices()).filter(
      (value) => value !== null && value !== "" && value !== false,
    );
    expect(chosen).toEqual([]);
  });

  test("is sent by no click before an audience is chosen", () => {
    expect(toOptions(newChoices(), ofVideo)).toBeNull();
    expect(publishBlocker(newChoices(), ofVideo)).toContain("who can see");
  });

  test("can be checked before anything is chosen", () => {
    expect(toDraft(newChoices(), ofVideo)).toMatchObject({ privacy_level: null, disclosed: false });
  });

  test("needs nothing but an audience", () => {
    const options = toOptions(choices({ privacyLevel: "SELF_ONLY" }), ofVideo);
    expect(options).toEqual({
      title: "",
      privacy_level: "SELF_ONLY",
      allow_comment: false,
      allow_duet: false,
      allow_stitch: false,
      your_brand: false,
      branded_content: false,
      ai_generated: false,
      cover_timestamp_ms: null,
      cover_index: 0,
      auto_add_music: false,
      music_usage: { agreed: true, text_version: "2026-03-09" },
    });
  });
});

describe("What TikTok has not said or does not offer", () => {
  test("no answer about the account: no click", () => {
    const around = { ...ofVideo, creator: null };
    expect(toOptions(everything, around)).toBeNull();
    expect(publishBlocker(everything, around)).toContain("TikTok has to say first");
  });

  test("only audiences that are offered and have a name", () => {
    const odd = { ...creator, privacy_level_options: ["SELF_ONLY", "CLOSE_FRIENDS", "toString"] };
    expect(offeredLevels(odd)).toEqual(["SELF_ONLY"]);
  });

  test("an audience that is not offered any more counts as not chosen", () => {
    const around = { ...ofVideo, creator: { ...creator, privacy_level_options: ["SELF_ONLY"] } };
    expect(toOptions(everything, around)).toBeNull();
    expect(toDraft(everything, around).privacy_level).toBeNull();
  });

  test.each([
    ["comment_disabled", "allow_comment"],
    ["duet_disabled", "allow_duet"],
    ["stitch_disabled", "allow_stitch"],
  ] as const)("%s: %s is not sent, though it was ticked before", (setting, sent) => {
    const around = { ...ofVideo, creator: { ...creator, [setting]: true } };
    const { allow_comment, allow_duet, allow_stitch } = toDraft(everything, around);
    const allowed = { allow_comment, allow_duet, allow_stitch };
    expect(allowed).toEqual({ allow_comment: true, allow_duet: true, allow_stitch: true, [sent]: false });
  });

  test("a video that is longer than the account may post", () => {
    const around = { ...ofVideo, media: [{ ...film, duration_ms: 60_300 }] };
    expect(tooLong(around)).toContain("1:01");
    expect(tooLong(around)).toContain("1:00");
    expect(toOptions(everything, around)).toBeNull();
  });

  test("a video of exactly the longest length is fine", () => {
    expect(tooLong({ ...ofVideo, media: [{ ...film, duration_ms: 60_000 }] })).toBeNull();
  });
});

describe("Photos and videos", () => {
  test("photos have comments only, and no moment of a video", () => {
    expect(toOptions(everything, ofPhotos)).toMatchObject({
      title: "Up there",
      allow_comment: true,
      allow_duet: false,
      allow_stitch: false,
      cover_timestamp_ms: null,
      cover_index: 1,
      auto_add_music: true,
    });
  });

  test("a video has no title, cover photo or added music", () => {
    expect(toOptions(everything, ofVideo)).toMatchObject({
      title: "",
      allow_duet: true,
      cover_timestamp_ms: 1500,
      cover_index: 0,
      auto_add_music: false,
    });
  });

  test("the cover stays the same photo when the order changes", () => {
    const turned = { ...ofPhotos, media: [photo("b"), photo("a")] };
    expect(toOptions(everything, turned)?.cover_index).toBe(0);
  });

  test("a cover that is taken out of the post gives way to the first photo", () => {
    expect(toOptions(everything, { ...ofPhotos, media: [photo("a")] })?.cover_index).toBe(0);
  });

  test("a moment behind the end of another video is none", () => {
    const short = { ...ofVideo, media: [{ ...film, duration_ms: 1500 }] };
    expect(asShown(everything, short).coverMs).toBeNull();
  });

  test("a title of 90 units fits, one of 91 does not; an emoji is two", () => {
    expect(toOptions({ ...everything, title: "x".repeat(90) }, ofPhotos)).not.toBeNull();
    expect(toOptions({ ...everything, title: `${"x".repeat(89)}✨✨` }, ofPhotos)).toBeNull();
    expect(publishBlocker({ ...everything, title: "🏔".repeat(46) }, ofPhotos)).toContain("90");
  });
});

describe("Commercial content", () => {
  const visible = { privacyLevel: "PUBLIC_TO_EVERYONE" } as const;

  test("disclosed, and neither chosen: no click, with the prescribed words", () => {
    const open = choices({ ...visible, disclosed: true });
    expect(toOptions(open, ofVideo)).toBeNull();
    expect(publishBlocker(open, ofVideo)).toBe(
      "You need to indicate if your content promotes yourself, a third party, or both.",
    );
  });

  test("disclosed, and no audience chosen either: the prescribed words come first", () => {
    expect(publishBlocker(choices({ disclosed: true, privacyLevel: null }), ofVideo)).toBe(
      "You need to indicate if your content promotes yourself, a third party, or both.",
    );
  });

  test("not disclosed: neither is sent, whatever was ticked before", () => {
    const off = choices({ ...visible, yourBrand: true, brandedContent: true });
    expect(toOptions(off, ofVideo)).toMatchObject({ your_brand: false, branded_content: false });
    expect(namesBrandedContent(asShown(off, ofVideo))).toBe(false);
  });

  test.each([
    [{ disclosed: false }, null],
    [{ disclosed: true }, null],
    [{ disclosed: true, yourBrand: true }, "Your photo/video will be labeled as 'Promotional content'"],
    [{ disclosed: true, brandedContent: true }, "Your photo/video will be labeled as 'Paid partnership'"],
    [
      { disclosed: true, yourBrand: true, brandedContent: true },
      "Your photo/video will be labeled as 'Paid partnership'",
    ],
  ])("%o is labeled: %s", (change, words) => {
    expect(labelWords(choices(change))).toBe(words);
  });

  test("branded content is never private, whichever was chosen first", () => {
    const both = choices({ privacyLevel: "SELF_ONLY", disclosed: true, brandedContent: true });
    expect(toOptions(both, ofVideo)).toBeNull();
    expect(publishBlocker(both, ofVideo)).toBe("Branded content visibility cannot be set to private.");
  });

  test.each([
    [{ disclosed: false }, false],
    [{ disclosed: true, yourBrand: true }, false],
    [{ disclosed: true, brandedContent: true }, true],
    [{ disclosed: true, yourBrand: true, brandedContent: true }, true],
  ])("%o: the consent names the Branded Content Policy: %s", (change, named) => {
    expect(namesBrandedContent(choices(change))).toBe(named);
  });
});

describe("An account that cannot post now", () => {
  const problem = (code: string, item: number | null) => ({
    code,
    item,
    what: "",
    limit: "",
    found: "",
    fix: "",
  });

  test.each(["account_blocked", "daily_limit", "app_limit", "access_ended"])("%s", (code) => {
    expect(cannotPostNow([problem("duration_invalid", 0), problem(code, null)])?.code).toBe(code);
  });

  test("what is wrong with the post says nothing about the account", () => {
    expect(cannotPostNow([problem("privacy_not_chosen", null), problem("image_too_large", 1)])).toBeNull();
  });
});
