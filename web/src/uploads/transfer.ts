import { persist, type Waiting } from "./patience";
import { type Put, put } from "./put";
import { limited } from "./turns";

export type Step = "queued" | "reading" | "sending" | "judging";

/** What whoever sends a file is told, and how it is stopped. */
export type Watch = Readonly<{
  signal: AbortSignal;
  onReserved: (assetId: string) => void;
  onStep: (step: Step) => void;
  /** Bytes of the step that is under way. */
  onBytes: (bytes: number) => void;
  onWait: (waiting: Waiting | undefined) => void;
}>;

/** At once: more would only make each of them slower. */
const inTurn = limited(3);

/** Sends to storage as soon as it is its turn, and until it is there. Throws Problem and AddressExpired. */
export function transfer(request: Put, watch: Watch, onSent: (bytes: number) => void): Promise<void> {
  return inTurn(() => {
    watch.onStep("sending");
    return persist(() => put(request, { signal: watch.signal, onSent }), watch);
  });
}
