import { type Answer, call } from "../api/call";
import { Problem } from "../api/problem";
import { t } from "../i18n";
import type { MediaType } from "./files";
import { sha256 } from "./hash";
import { sendParts } from "./parts";
import { persist } from "./patience";
import { AddressExpired } from "./put";
import { transfer, type Watch } from "./transfer";
import { lines } from "./turns";

export type Verdict = Answer<"/api/media/complete">;
type Reserved = Answer<"/api/media/upload">;

export type Job = Readonly<{ file: File; content: string; mediaType: MediaType }>;

/** Files of one content are announced in the order in which they were chosen: so they stand there. */
const announce = lines();
/** How often the same file is announced again, because its address was too old or its bytes did not arrive. */
const MOST_ANNOUNCED = 20;

/** From a file to the verdict on its bytes, through lost networks. Throws Problem, and AbortError when it is cancelled. */
export async function send(job: Job, watch: Watch): Promise<Verdict> {
  const { digest, first } = await announce(job.content, async () => {
    watch.signal.throwIfAborted();
    const read = await fingerprint(job, watch);
    return { digest: read, first: await reserve(job, read, watch) };
  });
  let reserved = first;
  for (let announced = 1; ; announced += 1) {
    try {
      await deliver(job, reserved, watch);
      return await judge(reserved.media_asset_id, watch);
    } catch (error) {
      if (!isForNewAddress(error)) throw error;
      if (announced === MOST_ANNOUNCED) throw new Problem({ code: "unreachable" });
      reserved = await reserve(job, digest, watch);
    }
  }
}

async function fingerprint({ file }: Job, { signal, onStep, onBytes }: Watch): Promise<string> {
  onStep("reading");
  try {
    return await sha256(file, { signal, onRead: onBytes });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DOMException)
      throw new Problem({ code: "file_unreadable", status: 400, ...t.uploads.fileUnreadable });
    throw error;
  }
}

/** The same file again, which is under way already, is the same asset: so an upload goes on after a reload. */
async function reserve({ file, content, mediaType }: Job, digest: string, watch: Watch): Promise<Reserved> {
  const asked = { content_id: content, media_type: mediaType, byte_size: file.size, sha256: digest };
  const reserved = await persist(() => call("/api/media/upload", asked, { signal: watch.signal }), watch);
  watch.onReserved(reserved.media_asset_id);
  return reserved;
}

function deliver({ file }: Job, { media_asset_id, upload }: Reserved, watch: Watch): Promise<void> {
  watch.onStep("queued");
  if (upload.method === "PARTS")
    return sendParts(media_asset_id, { file, partBytes: upload.part_bytes }, watch);
  return transfer({ url: upload.url, headers: upload.headers, body: file }, watch, watch.onBytes);
}

function judge(assetId: string, watch: Watch): Promise<Verdict> {
  watch.onStep("judging");
  return persist(
    () => call("/api/media/complete", { media_asset_id: assetId }, { signal: watch.signal }),
    watch,
  );
}

function isForNewAddress(error: unknown): boolean {
  return error instanceof AddressExpired || (error instanceof Problem && error.code === "upload_missing");
}
