import { readFileSync } from "node:fs";
import { beforeAll, expect, test, vi } from "vitest";
import { loadLanguage } from "../i18n";
import { contentTypeOf, MOST_IMAGE_BYTES, MOST_VIDEO_BYTES, mediaTypeOf, refusalOf, titleOf } from "./files";

beforeAll(async () => {
  vi.stubGlobal("navigator", { languages: ["en"] });
  vi.stubGlobal("document", { documentElement: {} });
  await loadLanguage();
});

const file = (name: string, type: string, size = 1000) => ({ name, type, size });

test("the limits are those of the server", () => {
  const contract = JSON.parse(readFileSync(new URL("../../../public/openapi.json", import.meta.url), "utf8"));
  const { UploadRequest } = contract.components.schemas;
  expect(UploadRequest.properties.byte_size.maximum).toBe(MOST_VIDEO_BYTES);
  expect(UploadRequest.then.properties.byte_size.maximum).toBe(MOST_IMAGE_BYTES);
});

test("a file is what its type says, and where a system gives none, what its name ends with", () => {
  expect(mediaTypeOf(file("x", "image/webp"))).toBe("image/webp");
  expect(mediaTypeOf(file("IMG_1.MOV", ""))).toBe("video/quicktime");
  expect(mediaTypeOf(file("clip.m4v", "video/x-m4v"))).toBe("video/mp4");
  expect(mediaTypeOf(file("shot.png", "image/png"))).toBeUndefined();
});

test("what cannot be published is refused before it is read", () => {
  expect(refusalOf(file("shot.png", "image/png"))).toContain("JPEG");
  expect(refusalOf(file("a.jpg", "image/jpeg", 0))).toContain("empty");
  expect(refusalOf(file("a.jpg", "image/jpeg", MOST_IMAGE_BYTES + 1))).toContain("20 MB");
  expect(refusalOf(file("a.mp4", "video/mp4", MOST_VIDEO_BYTES + 1))).toContain("4 GB");
  expect(refusalOf(file("a.mp4", "video/mp4", MOST_VIDEO_BYTES))).toBeUndefined();
});

test("a title to begin with is the name without its ending, and never too long for a title", () => {
  expect(titleOf("Morning in the hills.final.jpg")).toBe("Morning in the hills.final");
  expect(titleOf(".jpg")).toBe("Untitled");
  expect([...titleOf(`${"🍮".repeat(400)}.jpg`)]).toHaveLength(300);
});

test("one video among them makes it a video", () => {
  expect(contentTypeOf([file("a.jpg", "image/jpeg"), file("b.mov", "")])).toBe("video");
  expect(contentTypeOf([])).toBe("image");
});
