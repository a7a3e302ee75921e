import { type Answer, call } from "../api/call";
import { Problem } from "../api/problem";
import { persist } from "./patience";
import { AddressExpired } from "./put";
import { transfer, type Watch } from "./transfer";

type Progress = Answer<"/api/media/parts">;
type Part = Progress["to_send"][number];

/** Parts of one file at once, so that others get their turn between them. */
const SIDE_BY_SIDE = 2;
/** The largest file takes eleven; each quarter of an hour that a slow network needs takes another. */
const MOST_ROUNDS = 200;

/** What has not arrived of a large file, until nothing is missing: the same after a lost network and after a reload. */
export async function sendParts(
  assetId: string,
  { file, partBytes }: { file: Blob; partBytes: number },
  watch: Watch,
): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const progress = await ask(assetId, watch);
    if (progress.to_send.length === 0) return;
    try {
      await sendRound(file, progress.to_send, watch, arrivedBytes(progress, partBytes, file.size));
    } catch (error) {
      if (!(error instanceof AddressExpired)) throw error;
    }
  }
  throw new Problem({ code: "unreachable" });
}

/** All parts have one size but the last. */
export function arrivedBytes(
  { arrived, parts }: Pick<Progress, "arrived" | "parts">,
  partBytes: number,
  size: number,
): number {
  const missingOfLast = arrived.includes(parts) ? parts * partBytes - size : 0;
  return arrived.length * partBytes - missingOfLast;
}

function ask(assetId: string, { signal, ...watch }: Watch): Promise<Progress> {
  return persist(() => call("/api/media/parts", { media_asset_id: assetId }, { signal }), {
    signal,
    ...watch,
  });
}

/** Whatever stops one of them, the others are not left alone with the round. */
async function sendRound(file: Blob, parts: readonly Part[], watch: Watch, before: number): Promise<void> {
  const left = [...parts];
  const sent = new Map<number, number>();
  const tell = (part: Part) => (bytes: number) => {
    sent.set(part.number, bytes);
    watch.onBytes(before + [...sent.values()].reduce((sum, count) => sum + count, 0));
  };
  watch.onBytes(before);
  const work = async () => {
    for (let part = left.shift(); part; part = left.shift()) {
      const body = file.slice(part.first_byte, part.first_byte + part.byte_size);
      await transfer({ url: part.url, headers: part.headers, body }, watch, tell(part));
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: SIDE_BY_SIDE }, () =>
      work().catch((error: unknown) => {
        left.length = 0;
        throw error;
      }),
    ),
  );
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}
