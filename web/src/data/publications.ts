import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";
import { supabase } from "../session";
import { MEDIA, type Media } from "./contents";
import { isMoving, watchEvery } from "./pace";
import { allOf, before, type Cursor, DISCONNECTED, type Filter, needsYou } from "./publication-filter";
import { rows } from "./rows";

type Schemas = components["schemas"];
export type State = Schemas["State"];
export type Kind = Schemas["Kind"];
export type Platform = Schemas["Platform"];

/** `media` is null when the file was deleted meanwhile. */
export type Item = { position: number; alt_text: string | null; media: Media | null };

/** One click on Publish and what became of it, as everybody in the project may read it. */
export type Publication = {
  id: string;
  content_id: string | null;
  connection_id: string | null;
  platform: Platform;
  kind: Kind;
  caption: string;
  state: State;
  reason: string | null;
  permalink: string | null;
  created_at: string;
  created_by: string | null;
  finished_at: string | null;
  next_step_at: string | null;
  options: Readonly<Record<string, unknown>>;
  content: { title: string } | null;
  account: { display_name: string } | null;
  /** In the order in which they are shown. */
  items: Item[];
};

/** One step of it. `detail` holds ids and codes that the platform gave. */
export type Step = {
  id: number;
  at: string;
  event: string;
  state: State;
  detail: Readonly<Record<string, string>>;
};

/** `steps` from the first to the last. */
export type Followed = Publication & { steps: Step[] };

const ROW =
  "id, content_id, connection_id, platform, kind, caption, state, reason, permalink, created_at, created_by, " +
  "finished_at, next_step_at, options, content:contents(title), account:connections(display_name), " +
  `items:publication_items(position, alt_text, media:media_assets(${MEDIA}))`;
const STEPS = "steps:publication_events(id, at, event, state, detail)";
const UNDER_WAY: readonly State[] = ["queued", "preparing", "processing", "committing"];
export const PAGE = 30;
const LIST_EVERY_MS = 5_000;
const MOST_WAITING = 100;

export const publicationKey = (id: string) => ["publication", id] as const;
export const publicationsKey = ["publications"] as const;

export type Page = { rows: Publication[]; next: Cursor | undefined };

/** A page of the history after another, the newest first. Read again every few seconds while something moves. */
export function usePublications(project: string, filter: Filter, userId: string) {
  return useInfiniteQuery({
    queryKey: [...publicationsKey, project, filter],
    queryFn: ({ pageParam }) => readPage(project, filter, userId, pageParam),
    initialPageParam: undefined as Cursor | undefined,
    getNextPageParam: (page: Page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.rows.some(isMoving)) ? LIST_EVERY_MS : false,
  });
}

/** With its steps. Read again for as long as something may change. */
export function usePublication(project: string, id: string) {
  return useQuery({
    queryKey: publicationKey(id),
    queryFn: () => readPublication(project, id),
    refetchInterval: ({ state }) => watchEvery(state.data, document),
    refetchIntervalInBackground: true,
  });
}

async function readPublication(project: string, id: string): Promise<Followed> {
  const [found] = await rows(
    (await supabase())
      .from("publications")
      .select(`${ROW}, ${STEPS}`)
      .eq("project_id", project)
      .eq("id", id)
      .order("position", { referencedTable: "items" })
      .order("id", { referencedTable: "steps" })
      .returns<Followed[]>(),
  );
  if (!found) throw new Problem({ code: "not_found", status: 404 });
  return found;
}

async function readPage(project: string, filter: Filter, userId: string, from?: Cursor): Promise<Page> {
  const waiting = filter.state === "needs_you" ? await readWaiting(project, userId) : [];
  const condition = allOf(filter.state === "needs_you" ? needsYou(waiting) : undefined, from && before(from));
  let query = (await supabase())
    .from("publications")
    .select(ROW)
    .eq("project_id", project)
    .eq("items.position", 0);
  if (filter.state === "under_way") query = query.in("state", UNDER_WAY);
  if (filter.state === "published" || filter.state === "failed") query = query.eq("state", filter.state);
  if (filter.platform) query = query.eq("platform", filter.platform);
  if (filter.account === DISCONNECTED) query = query.is("connection_id", null);
  else if (filter.account) query = query.eq("connection_id", filter.account);
  if (filter.content) query = query.eq("content_id", filter.content);
  if (condition) query = query.or(condition);
  const found = await rows(
    query
      .order("created_at", { ascending: false })
      .order("id", { ascending: false })
      .limit(PAGE + 1)
      .returns<Publication[]>(),
  );
  const shown = found.slice(0, PAGE);
  return { rows: shown, next: found.length > PAGE ? shown.at(-1) : undefined };
}

/** The clicks about which this person was told that they wait for a word. */
async function readWaiting(project: string, userId: string): Promise<string[]> {
  const told = await rows(
    (await supabase())
      .from("notices")
      .select("publication_id")
      .eq("user_id", userId)
      .eq("project_id", project)
      .eq("kind", "confirmation_needed")
      .not("publication_id", "is", null)
      .order("created_at", { ascending: false })
      .limit(MOST_WAITING)
      .returns<{ publication_id: string }[]>(),
  );
  return [...new Set(told.map(({ publication_id }) => publication_id))];
}
