import { useSyncExternalStore } from "preact/compat";
import { asProblem, type Problem } from "../api/problem";
import { mediaTypeOf, refusalOf } from "./files";
import type { Waiting } from "./patience";
import { send } from "./send";
import type { Step } from "./transfer";

/**
 * Every file on its way, outside of the screens: it goes on while somebody looks at another one. `sent` are bytes of the
 * step that is under way. A refusal is final, a problem is worth another try.
 */
export type Upload = Readonly<{
  id: number;
  project: string;
  content: string;
  name: string;
  size: number;
  state: Step | "ready" | "refused" | "failed";
  sent: number;
  waiting?: Waiting | undefined;
  assetId?: string;
  refusal?: string;
  problem?: Problem;
}>;

type Settled = (upload: Upload) => void;

let uploads: readonly Upload[] = [];
let lastId = 0;
const parts = new Map<number, { file: File; stop: AbortController }>();
const listeners = new Set<() => void>();
const settled = new Set<Settled>();

export const isActive = ({ state }: Upload): boolean =>
  state === "queued" || state === "reading" || state === "sending" || state === "judging";

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(subscribe, () => uploads);
}

/** Told of each that is ready or refused, until the returned function is called. */
export function onSettled(listener: Settled): () => void {
  settled.add(listener);
  return () => settled.delete(listener);
}

/** Begins at once. A file that is on its way to this content already is not sent twice. */
export function startUploads(place: Pick<Upload, "project" | "content">, files: readonly File[]): void {
  for (const file of files) if (!isUnderWay(place.content, file)) start(place, file);
}

export function tryAgain(id: number): void {
  const found = uploads.find((upload) => upload.id === id);
  const file = parts.get(id)?.file;
  if (!found || !file) return;
  dismiss(id);
  start(found, file);
}

/** Stops it when it is under way, and forgets it. */
export function dismiss(id: number): void {
  parts.get(id)?.stop.abort();
  parts.delete(id);
  show(uploads.filter((upload) => upload.id !== id));
}

export function forgetReady(): void {
  for (const { id, state } of uploads) if (state === "ready") dismiss(id);
}

export function stopUploadsTo(content: string): void {
  for (const upload of uploads) if (upload.content === content) dismiss(upload.id);
}

/** Somebody signs out: nothing of theirs goes on. */
export function stopUploads(): void {
  for (const { id } of uploads) dismiss(id);
}

function start({ project, content }: Pick<Upload, "project" | "content">, file: File): void {
  lastId += 1;
  const upload: Upload = {
    id: lastId,
    project,
    content,
    name: file.name,
    size: file.size,
    state: "queued",
    sent: 0,
  };
  show([...uploads, upload]);
  const refusal = refusalOf(file);
  if (refusal) {
    change(upload.id, { state: "refused", refusal });
    return;
  }
  const stop = new AbortController();
  parts.set(upload.id, { file, stop });
  void run(upload, file, stop.signal);
}

async function run({ id, content }: Upload, file: File, signal: AbortSignal): Promise<void> {
  const mediaType = mediaTypeOf(file);
  if (!mediaType) return;
  try {
    const verdict = await send(
      { file, content, mediaType },
      {
        signal,
        onReserved: (assetId) => change(id, { assetId }),
        onStep: (state) => change(id, state === "sending" ? { state } : { state, sent: 0 }),
        onBytes: (sent) => change(id, { sent }),
        onWait: (waiting) => change(id, { waiting }),
      },
    );
    if (verdict.state === "ready") settle(id, { state: "ready", assetId: verdict.id });
    else settle(id, { state: "refused", refusal: verdict.refusal ?? "" });
  } catch (error) {
    if (!signal.aborted) change(id, { state: "failed", problem: asProblem(error), waiting: undefined });
  }
}

function settle(id: number, outcome: Partial<Upload>): void {
  change(id, outcome);
  const upload = uploads.find((one) => one.id === id);
  if (upload) for (const tell of settled) tell(upload);
}

function isUnderWay(content: string, file: File): boolean {
  return uploads.some((upload) => {
    const known = parts.get(upload.id)?.file;
    return (
      upload.content === content &&
      isActive(upload) &&
      known?.name === file.name &&
      known.size === file.size &&
      known.lastModified === file.lastModified
    );
  });
}

function change(id: number, changes: Partial<Upload>): void {
  show(uploads.map((upload) => (upload.id === id ? { ...upload, ...changes } : upload)));
}

function show(next: readonly Upload[]): void {
  uploads = next;
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
