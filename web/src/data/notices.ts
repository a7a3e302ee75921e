import { useQuery } from "@tanstack/preact-query";
import { supabase } from "../session";
import type { Connection } from "./connections";
import { type Kept, type Notice, type Open, openNotices, type Post } from "./open-notices";
import { done, rows } from "./rows";

const COLUMNS = "id, project_id, kind, platform, connection_id, publication_id, cause";
const MOST = 50;
/** Milliseconds: an access can end while somebody looks at another screen. */
const LOOK_AGAIN_AFTER = 60_000;

export const noticesKey = ["notices"] as const;

export function useNotices() {
  return useQuery({ queryKey: noticesKey, queryFn: readNotices, refetchInterval: LOOK_AGAIN_AFTER });
}

/** What the signed-in person has not dismissed, without what is settled by now. */
async function readNotices(): Promise<Open[]> {
  const notices: Notice[] = await rows(
    (await supabase())
      .from("notices")
      .select(COLUMNS)
      .is("read_at", null)
      .order("created_at", { ascending: false })
      .limit(MOST)
      .returns<Notice[]>(),
  );
  const [connections, posts] = await Promise.all([
    readConnections(notices.flatMap(({ connection_id }) => connection_id ?? [])),
    readPosts(notices.flatMap(({ publication_id }) => publication_id ?? [])),
  ]);
  return openNotices(notices, connections, posts);
}

async function readConnections(ids: string[]): Promise<Kept[]> {
  if (ids.length === 0) return [];
  return rows(
    (await supabase())
      .from("connections")
      .select("id, platform, display_name, status")
      .in("id", ids)
      .returns<Pick<Connection, "id" | "platform" | "display_name" | "status">[]>(),
  );
}

async function readPosts(ids: string[]): Promise<Post[]> {
  if (ids.length === 0) return [];
  return rows(
    (await supabase()).from("publications").select("id, state, confirmed_at").in("id", ids).returns<Post[]>(),
  );
}

export async function dismiss(ids: readonly string[]): Promise<void> {
  await done(
    (await supabase())
      .from("notices")
      .update({ read_at: new Date().toISOString() })
      .in("id", [...ids]),
  );
}
