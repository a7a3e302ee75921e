import { useQuery } from "@tanstack/preact-query";
import { type Answer, call } from "../api/call";
import { supabase } from "../session";
import type { Platform } from "../ui/platform-icon";
import { rows } from "./rows";

/** A connected account, as its project sees it. Of its tokens nobody sees more than how long they last. */
export type Connection = {
  id: string;
  platform: Platform;
  display_name: string;
  account_type: string | null;
  status: "active" | "needs_reconnect";
  status_reason: string | null;
  status_since: string;
  connected_by: string | null;
  connected_at: string;
};
export type Lifetime = { connection_id: string; access_ends_at: string | null; renews: boolean };
export type Receipt = Answer<"/api/connections/disconnect">;
/** The receipts that were kept, newest first: of disconnects, and of tokens that ended while the account stayed. */
export type Disconnection = Pick<
  Receipt,
  "id" | "platform" | "disconnected_at" | "tokens_deleted" | "cause" | "revocation"
> & { disconnected_by: string | null };
export type Ending = {
  id: string;
  platform: Platform;
  cause: string;
  tokens_deleted: number;
  ended_at: string;
};

const COLUMNS =
  "id, platform, display_name, account_type, status, status_reason, status_since, connected_by, connected_at";
const RECEIPT = "id, platform, disconnected_at, disconnected_by, tokens_deleted, cause, revocation";
const MOST_RECEIPTS = 50;

export const connectionsKey = (project: string) => ["connections", project] as const;
const receiptsKey = (project: string) => ["receipts", project] as const;

export async function readConnections(project: string): Promise<Connection[]> {
  return rows(
    (await supabase())
      .from("connections")
      .select(COLUMNS)
      .eq("project_id", project)
      .order("connected_at")
      .returns<Connection[]>(),
  );
}

async function readLifetimes(project: string): Promise<Lifetime[]> {
  return rows((await supabase()).rpc("connection_lifetimes", { p_project_id: project }));
}

async function readReceipts(
  project: string,
): Promise<{ disconnections: Disconnection[]; endings: Ending[] }> {
  const client = await supabase();
  const [disconnections, endings] = await Promise.all([
    rows(
      client
        .from("disconnections")
        .select(RECEIPT)
        .eq("project_id", project)
        .order("disconnected_at", { ascending: false })
        .limit(MOST_RECEIPTS)
        .returns<Disconnection[]>(),
    ),
    rows(
      client
        .from("access_endings")
        .select("id, platform, cause, tokens_deleted, ended_at")
        .eq("project_id", project)
        .order("ended_at", { ascending: false })
        .limit(MOST_RECEIPTS)
        .returns<Ending[]>(),
    ),
  ]);
  return { disconnections, endings };
}

export function useConnections(project: string) {
  return useQuery({ queryKey: connectionsKey(project), queryFn: () => readConnections(project) });
}

export function useLifetimes(project: string) {
  return useQuery({
    queryKey: [...connectionsKey(project), "lifetimes"],
    queryFn: () => readLifetimes(project),
  });
}

export function useReceipts(project: string) {
  return useQuery({ queryKey: receiptsKey(project), queryFn: () => readReceipts(project) });
}

/** How many posts of an account are not at their end. */
export function usePostsUnderWay(connection: string) {
  return useQuery({
    queryKey: ["posts under way", connection],
    queryFn: async () => {
      const found = await rows(
        (await supabase())
          .from("publications")
          .select("id")
          .eq("connection_id", connection)
          .not("state", "in", "(published,failed)")
          .returns<{ id: string }[]>(),
      );
      return found.length;
    },
  });
}

/** The address of the platform's own page. A cookie that comes along binds what follows to this browser. */
export async function startConnect(platform: Platform, project: string): Promise<string> {
  const { authorization_url } = await call(`/api/oauth/${platform}/start`, { project_id: project });
  return authorization_url;
}

export function disconnect(connection: string): Promise<Receipt> {
  return call("/api/connections/disconnect", { connection_id: connection });
}
