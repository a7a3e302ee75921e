import type { Connection } from "../data/connections";
import { t } from "../i18n";
import { known } from "../i18n/known";
import type { Platform } from "./platform-icon";

/** Instagram's is a handle, TikTok's a name. */
export function accountName({
  platform,
  display_name,
}: Pick<Connection, "platform" | "display_name">): string {
  return platform === "instagram" ? `@${display_name}` : display_name;
}

/** Why an access ended. A code that is newer than this client gets words that are true of every end. */
export function reasonWords(reason: string, platform: Platform): string {
  const { reasons, otherReason } = t.access;
  return (known(reasons, reason) ?? otherReason)(t.common.platforms[platform]);
}
