import type { Disconnection, Ending } from "../../data/connections";
import { t } from "../../i18n";
import { reasonWords } from "../../ui/connection-words";
import type { Platform } from "../../ui/platform-icon";
import { revocationWords } from "./revocation";
import type { NameOf } from "./use-name-of";

/** `told` is null where the platform needed no word of ours: the access was over there. */
export type PastReceipt = {
  id: string;
  platform: Platform;
  at: string;
  tokens: number;
  what: (nameOf: NameOf) => string;
  told: string | null;
};

/** Disconnects and endings as one list, newest first. */
export function receiptsOf(given: { disconnections: Disconnection[]; endings: Ending[] }): PastReceipt[] {
  return [...given.disconnections.map(ofDisconnection), ...given.endings.map(ofEnding)].sort(
    (a, b) => Date.parse(b.at) - Date.parse(a.at),
  );
}

function ofDisconnection(receipt: Disconnection): PastReceipt {
  return {
    id: receipt.id,
    platform: receipt.platform,
    at: receipt.disconnected_at,
    tokens: receipt.tokens_deleted,
    what: (nameOf) => disconnectedWords(receipt, nameOf),
    told: revocationWords(receipt),
  };
}

function disconnectedWords({ cause, platform, disconnected_by }: Disconnection, nameOf: NameOf): string {
  const { past } = t.connections;
  if (cause === "platform_deletion") return past.platformDeletion(t.common.platforms[platform]);
  if (cause === "not_reconnected") return past.notReconnected;
  const who = nameOf(disconnected_by);
  return who ? past.by(who) : past.byFormer;
}

function ofEnding({ id, platform, cause, tokens_deleted, ended_at }: Ending): PastReceipt {
  return {
    id,
    platform,
    at: ended_at,
    tokens: tokens_deleted,
    what: () => reasonWords(cause, platform),
    told: cause === "member_left" ? t.connections.revocation.notTold() : null,
  };
}
