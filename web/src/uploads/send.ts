import { type Answer, call } from "../api/call";
import { Problem } from "../api/problem";
import { t } from "../i18n";
import type { MediaType } from "./files";
import { sha256 } from "./hash";
import { persist, type Waiting } from "./patience";
import { AddressExpired, put } from "./put";
import { limited, lines } from "./turns";

export type Step = "queued" | "reading" | "sending" | "judging";
export type Verdict = Answer<"/api/media/complete">;
type Reserved = Answer<"/api/media/upload">;

export type Job = Readonly<{ file: File; content: string; mediaType: MediaType }>;
export type Watch = Readonly<{
  signal: AbortSignal;
  onReserved: (assetId: string) => void;
  onStep: (step: Step) => void;
  /** Bytes of the step that is under way. */
  onBytes: (bytes: number) => void;
  onWait: (waiting: Waiting | undefined) => void;
}>;

/** At once: more would only make each of them slower. */
const transfer = limited(3);
/** Files of one content are announced in the order in which they were chosen: so they stand there. */
const announce = lines();
/** How often a new address is asked for; each is good for a quarter of an hour. */
const MOST_ADDRESSES = 20;

/** From a file to the verdict on its bytes, through lost networks. Throws Problem, and AbortError when it is cancelled. */
export async function send(job: Job, watch: Watch): Promise<Verdict> {
  const { digest, first } = await announce(job.content, async () => {
    watch.signal.throwIfAborted();
    const read = await fingerprint(job, watch);
    return { digest: read, first: await reserve(job, read, watch) };
  });
  let reserved = first;
  for (let addresses = 1; ; addresses += 1) {
    try {
      await deliver(job, reserved, watch);
      return await judge(reserved.media_asset_id, watch);
    } catch (error) {
      if (!isForNewAddress(error)) throw error;
      if (addresses === MOST_ADDRESSES) throw new Problem({ code: "unreachable" });
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
      throw new Problem({ code: "file_unreadable", status: 400, ...t.library.uploads.fileUnreadable });
    throw error;
  }
}

async function reserve({ file, content, mediaType }: Job, digest: string, watch: Watch): Promise<Reserved> {
  const asked = { content_id: content, media_type: mediaType, byte_size: file.size, sha256: digest };
  const reserved = await persist(() => call("/api/media/upload", asked, { signal: watch.signal }), watch);
  watch.onReserved(reserved.media_asset_id);
  return reserved;
}

async function deliver({ file }: Job, { upload }: Reserved, watch: Watch): Promise<void> {
  const { signal, onStep, onBytes } = watch;
  const request = { url: upload.url, headers: upload.headers, body: file };
  onStep("queued");
  await transfer(() => {
    onStep("sending");
    return persist(() => put(request, { signal, onSent: onBytes }), watch);
  });
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
