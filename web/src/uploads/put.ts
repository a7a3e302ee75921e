import { Problem } from "../api/problem";
import { t } from "../i18n";

/** Without a byte for so long, a connection is lost that nobody told us of. */
const SILENCE_MS = 60_000;

/** The address was good for minutes only; there is a new one for the asking. */
export class AddressExpired extends Error {}

export type Put = { url: string; headers: Readonly<Record<string, string>>; body: Blob };

/**
 * Sends to storage by exactly this request. Throws Problem and AddressExpired.
 *
 * XMLHttpRequest, because fetch does not tell how far an upload is.
 */
export function put(
  { url, headers, body }: Put,
  { signal, onSent }: { signal: AbortSignal; onSent: (bytes: number) => void },
): Promise<void> {
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  let silence: number | undefined;
  const listen = () => {
    clearTimeout(silence);
    silence = window.setTimeout(() => request.abort(), SILENCE_MS);
  };
  const stop = () => request.abort();
  return new Promise<void>((resolve, reject) => {
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => {
      listen();
      onSent(loaded);
    };
    request.onerror = () => reject(lost());
    request.onabort = () => reject(signal.aborted ? signal.reason : lost());
    request.onload = () => {
      const refusal = refusalOf(request.status);
      if (refusal) reject(refusal);
      else resolve();
    };
    signal.addEventListener("abort", stop, { once: true });
    listen();
    request.send(body);
  }).finally(() => {
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
  });
}

function refusalOf(status: number): Error | undefined {
  /* 412: a file is created once, so it is there already, from an attempt whose answer was lost. */
  if ((status >= 200 && status < 300) || status === 412) return undefined;
  if (status === 403 || status === 404) return new AddressExpired();
  if (status === 429 || status >= 500) return new Problem({ code: "unreachable", status });
  return new Problem({ code: "file_changed", status, ...t.uploads.fileChanged });
}

function lost(): Problem {
  return new Problem({ code: navigator.onLine ? "unreachable" : "offline" });
}
