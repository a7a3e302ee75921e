export type SaveState = "saved" | "unsaved" | "saving" | "failed";

export type Autosave<Value> = {
  /** Undefined is what cannot be saved as it is: it waits for the next change. */
  change: (value: Value | undefined) => void;
  /** Saves now what waits. */
  flush: () => void;
};

/**
 * Saves a while after the last change, one at a time: what is changed meanwhile follows, so the last one always wins.
 * `save` is told what is stored as well, to send no more than what differs.
 */
export function autosave<Value>({
  stored,
  isSame,
  save,
  onState,
  delayMs,
}: {
  stored: Value;
  isSame: (one: Value, other: Value) => boolean;
  save: (value: Value, stored: Value) => Promise<void>;
  onState: (state: SaveState, error?: unknown) => void;
  delayMs: number;
}): Autosave<Value> {
  let wanted: Value | undefined = stored;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSaving = false;

  const isDone = () => wanted !== undefined && isSame(wanted, stored);
  const flush = () => {
    clearTimeout(timer);
    if (!isSaving && wanted !== undefined && !isDone()) void run(wanted);
  };
  const run = async (value: Value) => {
    isSaving = true;
    onState("saving");
    try {
      await save(value, stored);
      stored = value;
      isSaving = false;
      onState(isDone() ? "saved" : "unsaved");
      flush();
    } catch (error) {
      isSaving = false;
      onState("failed", error);
    }
  };
  const change = (value: Value | undefined) => {
    wanted = value;
    clearTimeout(timer);
    if (isSaving) return;
    onState(isDone() ? "saved" : "unsaved");
    if (!isDone()) timer = setTimeout(flush, delayMs);
  };
  return { change, flush };
}
