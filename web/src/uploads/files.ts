import type { ContentType, Media } from "../data/contents";
import { LONGEST } from "../data/contents";
import { t } from "../i18n";
import { bytes, list } from "../i18n/format";

export type MediaType = Media["media_type"];

/** What a file's name may end with, and which type that is. The server looks at the bytes; this is for early words. */
const ENDINGS: Readonly<Record<string, MediaType>> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
};
const TYPES = [...new Set(Object.values(ENDINGS))];

/** The same as in the server's contract, which a test holds them against. */
export const MOST_IMAGE_BYTES = 20_000_000;
export const MOST_VIDEO_BYTES = 4_000_000_000;

/** For a file picker: some systems know a file by its type, some by its ending. */
export const ACCEPT = [...TYPES, ...Object.keys(ENDINGS).map((ending) => `.${ending}`)].join(",");

type Named = Pick<File, "name" | "type" | "size">;

export function mediaTypeOf({ name, type }: Pick<Named, "name" | "type">): MediaType | undefined {
  return TYPES.find((known) => known === type) ?? ENDINGS[ending(name)];
}

/** Words for why this file will not be taken, as far as that is known without its bytes. */
export function refusalOf(file: Named): string | undefined {
  const words = t.uploads;
  const type = mediaTypeOf(file);
  if (!type) return words.wrongType(list(TYPES.map((known) => t.uploads.formats[known])));
  if (file.size === 0) return words.emptyFile;
  const most = type.startsWith("image/") ? MOST_IMAGE_BYTES : MOST_VIDEO_BYTES;
  if (file.size <= most) return undefined;
  return type.startsWith("image/") ? words.imageTooLarge(bytes(most)) : words.videoTooLarge(bytes(most));
}

/** A title to begin with: the file's name without its ending. */
export function titleOf(name: string): string {
  const bare = name.replace(/\.[^.]*$/, "").trim();
  return [...(bare || t.uploads.untitled)].slice(0, LONGEST.title).join("");
}

/** What a content is of which these are the files. */
export function contentTypeOf(files: readonly Pick<Named, "name" | "type">[]): ContentType {
  return files.some((file) => mediaTypeOf(file)?.startsWith("video/")) ? "video" : "image";
}

function ending(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}
