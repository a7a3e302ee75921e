import type { Connection, Lifetime } from "../../data/connections";

/** `renews`: by itself before then. `runsOut`: nobody renews it. `reconnect`: only a new consent helps. */
export type Health =
  | { kind: "connected" }
  | { kind: "renews"; until: string }
  | { kind: "runsOut"; on: string; isOver: boolean }
  | { kind: "reconnect"; reason: string; since: string; removedOn: string | null };

const DAYS_UNTIL_REMOVED = 30;

export function healthOf(
  connection: Connection,
  lifetime: Lifetime | undefined,
  now: number = Date.now(),
): Health {
  if (connection.status === "needs_reconnect") return needsReconnect(connection);
  if (!lifetime?.access_ends_at) return { kind: "connected" };
  if (lifetime.renews) return { kind: "renews", until: lifetime.access_ends_at };
  return {
    kind: "runsOut",
    on: lifetime.access_ends_at,
    isOver: Date.parse(lifetime.access_ends_at) <= now,
  };
}

function needsReconnect({ status_reason, status_since }: Connection): Health {
  const reason = status_reason ?? "";
  const removed = new Date(status_since);
  removed.setUTCDate(removed.getUTCDate() + DAYS_UNTIL_REMOVED);
  return {
    kind: "reconnect",
    reason,
    since: status_since,
    /* What goes with its person goes in minutes, not in days. */
    removedOn: reason === "account_erased" ? null : removed.toISOString(),
  };
}
