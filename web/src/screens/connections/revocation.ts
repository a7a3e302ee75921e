import type { Disconnection } from "../../data/connections";
import { t } from "../../i18n";

/** What the platform said to the end of the access, in words. */
export function revocationWords({
  platform,
  cause,
  tokens_deleted,
  revocation,
}: Pick<Disconnection, "platform" | "cause" | "tokens_deleted" | "revocation">): string {
  const words = t.connections.revocation;
  const name = t.common.platforms[platform];
  if (revocation === "unsupported" && cause === "platform_deletion") return words.asked(name);
  if (revocation === "unsupported" && tokens_deleted === 0) return words.nothing();
  return words[revocation](name);
}
