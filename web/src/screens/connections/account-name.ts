import type { Connection } from "../../data/connections";

/** Instagram's is a handle, TikTok's a name. */
export function accountName({
  platform,
  display_name,
}: Pick<Connection, "platform" | "display_name">): string {
  return platform === "instagram" ? `@${display_name}` : display_name;
}
