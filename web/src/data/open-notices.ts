import type { Platform } from "../ui/platform-icon";
import type { Connection } from "./connections";

export type Notice = {
  id: string;
  project_id: string;
  kind: "access_ended" | "account_removed" | "confirmation_needed";
  platform: Platform;
  connection_id: string | null;
  publication_id: string | null;
  cause: string;
};
export type Kept = Pick<Connection, "id" | "platform" | "display_name" | "status">;
export type Post = { id: string; state: string; confirmed_at: string | null };

/** One matter: `ids` are all the notices that tell of it. */
export type Open = Omit<Notice, "id"> & { ids: string[]; connection: Kept | undefined };

const WAITING: ReadonlySet<string> = new Set(["queued", "preparing", "processing"]);

/**
 * What still needs somebody, in the given order. An account that was reconnected, or a post that somebody has decided
 * about, needs nobody; and what was told twice is one matter.
 */
export function openNotices(
  notices: readonly Notice[],
  connections: readonly Kept[],
  posts: readonly Post[],
): Open[] {
  const found = new Map<string, Open>();
  for (const { id, ...notice } of notices) {
    const connection = connections.find((one) => one.id === notice.connection_id);
    if (isSettled(notice, connection, posts)) continue;
    const matter = `${notice.kind} ${notice.publication_id ?? notice.connection_id ?? id}`;
    const known = found.get(matter);
    if (known) known.ids.push(id);
    else found.set(matter, { ...notice, ids: [id], connection });
  }
  return [...found.values()];
}

function isSettled(
  { kind, publication_id }: Omit<Notice, "id">,
  connection: Kept | undefined,
  posts: readonly Post[],
): boolean {
  if (kind === "access_ended") return connection?.status !== "needs_reconnect";
  if (kind !== "confirmation_needed") return false;
  const post = posts.find((one) => one.id === publication_id);
  return !post || post.confirmed_at !== null || !WAITING.has(post.state);
}
