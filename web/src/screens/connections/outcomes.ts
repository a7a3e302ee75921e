import type { Connection } from "../../data/connections";
import { t } from "../../i18n";
import { known } from "../../i18n/known";
import type { Tone } from "../../ui/banner";
import type { Platform } from "../../ui/platform-icon";

/** What became of a connect, as the callback says it in the address. */
export type Outcome = { project: string; platform: Platform; code: string };
export type Told = { title: string; detail: string; tone: Tone; mayTryAgain: boolean };

/* Whoever tries again would hear the same. */
const FINAL: ReadonlySet<string> = new Set([
  "connected",
  "platform_switched_off",
  "app_misconfigured",
  "not_found",
  "role_too_low",
  "account_erased",
]);

/** Null for an address that tells of no connect. Anybody can make one, so nothing but known words comes from it. */
export function outcomeOf(query: Readonly<Record<string, string>>): Outcome | null {
  const { project, platform, connect } = query;
  if (!project || !connect || (platform !== "instagram" && platform !== "tiktok")) return null;
  return { project, platform, code: connect };
}

export function told({ platform, code }: Outcome, connected: string | undefined): Told {
  const { outcome } = t.connections;
  const codes = { ...outcome, of: undefined, stillOut: undefined };
  const found = known(codes, code);
  /* An address that says so proves nothing: an account has to be there. */
  const believed = code !== "connected" || connected !== undefined;
  const words = believed && typeof found === "object" ? found : outcome.other;
  const isConnected = words === outcome.connected;
  const what = isConnected ? `${connected} ${words.title}` : words.title;
  return {
    title: outcome.of(t.common.platforms[platform], what),
    detail: words.detail,
    tone: isConnected ? "good" : code === "cancelled" ? "info" : "warn",
    mayTryAgain: !FINAL.has(code),
  };
}

/** The account that this person connected last. */
export function lastConnected(
  connections: readonly Connection[],
  platform: Platform,
  userId: string,
): Connection | undefined {
  return connections
    .filter((one) => one.platform === platform && one.status === "active" && one.connected_by === userId)
    .sort((a, b) => a.connected_at.localeCompare(b.connected_at))
    .at(-1);
}
