/** The browser's own function takes a file whole, so it is for those that may lie in memory. */
const WHOLE_BYTES = 16 * 1024 * 1024;
/** Short enough that the page answers between two of them. */
const SLICE_BYTES = 2 * 1024 * 1024;

/** SHA-256 in hex. Throws what reading throws: a file may have been moved since it was chosen. */
export async function sha256(
  file: Blob,
  { signal, onRead }: { signal: AbortSignal; onRead: (bytes: number) => void },
): Promise<string> {
  if (file.size > WHOLE_BYTES) return inSlices(file, signal, onRead);
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  signal.throwIfAborted();
  return hex(new Uint8Array(digest));
}

async function inSlices(file: Blob, signal: AbortSignal, onRead: (bytes: number) => void): Promise<string> {
  const { sha256: algorithm } = await import("@noble/hashes/sha2.js");
  const hash = algorithm.create();
  for (let at = 0; at < file.size; at += SLICE_BYTES) {
    const slice = await file.slice(at, at + SLICE_BYTES).arrayBuffer();
    signal.throwIfAborted();
    hash.update(new Uint8Array(slice));
    onRead(Math.min(at + SLICE_BYTES, file.size));
  }
  return hex(hash.digest());
}

function hex(digest: Uint8Array): string {
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
