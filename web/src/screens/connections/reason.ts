import { t } from "../../i18n";
import { known } from "../../i18n/known";
import type { Platform } from "../../ui/platform-icon";

/** Why an access ended. A code that is newer than this client gets words that are true of every end. */
export function reasonWords(reason: string, platform: Platform): string {
  const { reasons, otherReason } = t.connections;
  return (known(reasons, reason) ?? otherReason)(t.common.platforms[platform]);
}
