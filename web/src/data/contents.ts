import { type QueryClient, useQuery } from "@tanstack/preact-query";
import { asProblem, Problem } from "../api/problem";
import { config } from "../config";
import { supabase } from "../session";
import { done, rows } from "./rows";

export const CONTENT_TYPES = ["video", "image", "article", "audio"] as const;
export type ContentType = (typeof CONTENT_TYPES)[number];

/** The words of a content. The database has the same limits, and the last say. */
export type Words = { type: ContentType; title: string; description: string; tags: readonly string[] };
export const LONGEST = { title: 300, description: 5000, tag: 100, tags: 30 } as const;

/** A file and what was read from its real bytes; null is not known. */
export type Media = {
  id: string;
  content_id: string;
  object_key: string;
  media_type: "image/jpeg" | "image/webp" | "video/mp4" | "video/quicktime" | "video/webm";
  byte_size: number;
  state: "uploading" | "ready" | "refused";
  refusal: string | null;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  frame_rate: number | null;
  video_codec: string | null;
  audio_codec: string | null;
  bit_rate: number | null;
  audio_sample_rate: number | null;
  audio_channels: number | null;
  created_by: string | null;
  created_at: string;
};

export const MEDIA =
  "id, content_id, object_key, media_type, byte_size, state, refusal, width, height, duration_ms, frame_rate, " +
  "video_codec, audio_codec, bit_rate, audio_sample_rate, audio_channels, created_by, created_at";

/** What a list shows of a content: `cover` is its first file that was accepted. */
export type ContentSummary = Pick<Words, "type" | "title" | "tags"> & {
  id: string;
  created_at: string;
  cover: Media | undefined;
};

/** `media` in the order in which it came, whatever its state. */
export type Content = Words & {
  id: string;
  project_id: string;
  created_at: string;
  updated_at: string;
  media: Media[];
};

/** The most that the Data API answers at once. */
const PAGE_ROWS = 1000;

export const contentsKey = (project: string) => ["contents", project] as const;
export const contentKey = (content: string) => ["content", content] as const;

/** All contents of a project, the newest first. `enabled`, here and below, once they are wanted. */
export function useContents(project: string, { enabled = true } = {}) {
  return useQuery({ queryKey: contentsKey(project), queryFn: () => readContents(project), enabled });
}

export function useContent(content: string, { enabled = true } = {}) {
  return useQuery({ queryKey: contentKey(content), queryFn: () => readContent(content), enabled });
}

/** Of what `useContent` failed with: there is no such content. An address that is no id names nothing either. */
export const isGone = (error: unknown): boolean =>
  ["not_found", "value_not_storable"].includes(asProblem(error).code);

/** What was read, or is just being read, of a content and of its project's list may be old: reads both anew. */
export async function readAnew(
  queries: QueryClient,
  { project, content }: { project: string; content?: string },
): Promise<void> {
  for (const queryKey of [contentsKey(project), ...(content ? [contentKey(content)] : [])]) {
    /* A first read that is under way would be taken for the new one. */
    await queries.cancelQueries({ queryKey });
    void queries.invalidateQueries({ queryKey });
  }
}

export const isVideo = ({ media_type }: Pick<Media, "media_type">): boolean =>
  media_type.startsWith("video/");

/** Only of a file that was accepted: there is nothing at the address of another. */
export const mediaUrl = ({ object_key }: Pick<Media, "object_key">): string =>
  `${config().mediaUrl}/${object_key}`;

export async function readContents(project: string): Promise<ContentSummary[]> {
  const found = new Map<string, ContentSummary>();
  for (let first = 0; ; first += PAGE_ROWS) {
    const page = await readPage(project, first);
    /* One that was made meanwhile moves the others, and the last of a page is the first of the next. */
    for (const { media, ...content } of page) found.set(content.id, { ...content, cover: media[0] });
    if (page.length < PAGE_ROWS) return [...found.values()];
  }
}

async function readPage(project: string, first: number) {
  return rows(
    (await supabase())
      .from("contents")
      .select(`id, type, title, tags, created_at, media:media_assets(${MEDIA})`)
      .eq("project_id", project)
      .eq("media.state", "ready")
      .order("created_at", { referencedTable: "media" })
      .order("id", { referencedTable: "media" })
      .limit(1, { referencedTable: "media" })
      .order("created_at", { ascending: false })
      .order("id")
      .range(first, first + PAGE_ROWS - 1)
      .returns<(Omit<ContentSummary, "cover"> & { media: Media[] })[]>(),
  );
}

export async function readContent(content: string): Promise<Content> {
  const [found] = await rows(
    (await supabase())
      .from("contents")
      .select(
        `id, project_id, type, title, description, tags, created_at, updated_at, media:media_assets(${MEDIA})`,
      )
      .eq("id", content)
      .order("created_at", { referencedTable: "media" })
      .order("id", { referencedTable: "media" })
      .returns<Content[]>(),
  );
  if (!found) throw new Problem({ code: "not_found", status: 404 });
  return found;
}

export async function createContent(project: string, words: Words): Promise<{ id: string }> {
  const [made] = await rows(
    (await supabase())
      .from("contents")
      .insert({ project_id: project, ...words })
      .select("id")
      .returns<{ id: string }[]>(),
  );
  if (!made) throw new Problem({ code: "not_allowed", status: 403 });
  return made;
}

/** Throws Problem also when there was nothing to change: Row Level Security hides what one may not change. */
export async function changeContent(content: string, words: Partial<Words>): Promise<void> {
  const changed = await rows(
    (await supabase())
      .from("contents")
      .update(words)
      .eq("id", content)
      .select("id")
      .returns<{ id: string }[]>(),
  );
  if (changed.length === 0) throw new Problem({ code: "not_found", status: 404 });
}

/** With its files. Deleting what is not there any more is a success. */
export async function deleteContent(content: string): Promise<void> {
  await done((await supabase()).from("contents").delete().eq("id", content));
}
