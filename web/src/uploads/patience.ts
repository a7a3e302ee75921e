import { asProblem, type Problem } from "../api/problem";

/** What an upload waits for: the connection itself, or a while before it tries again. */
export type Waiting = "connection" | "retry";

/** In a row, while the browser believes to be online: what goes on for minutes is worth a person's look. */
const MOST_ATTEMPTS = 10;
const LONGEST_MS = 30_000;
/** A limit that is longer than this is told instead of waited for. */
const LONGEST_TOLD_SECONDS = 120;

type Patience = {
  signal: AbortSignal;
  onWait: (waiting: Waiting | undefined) => void;
  pause?: typeof pauseFor;
};

/** Does it until it is done, through whatever may pass by itself. Throws what will not. */
export async function persist<Result>(
  work: () => Promise<Result>,
  { signal, onWait, pause = pauseFor }: Patience,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const problem = passing(error);
      const isOffline = !navigator.onLine;
      if (!problem || (attempt >= MOST_ATTEMPTS && !isOffline)) throw error;
      if (isOffline) attempt = 0;
      onWait(isOffline ? "connection" : "retry");
      await pause(isOffline ? Number.POSITIVE_INFINITY : waitMs(problem, attempt), signal);
      onWait(undefined);
    }
  }
}

/** Doubles with each attempt, and differs between those who lost it at the same moment. */
export function waitMs({ retryAfter }: Pick<Problem, "retryAfter">, attempt: number): number {
  if (retryAfter) return retryAfter * 1000;
  return Math.min(1000 * 2 ** (attempt - 1), LONGEST_MS) * (0.5 + Math.random() / 2);
}

function passing(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || error.name !== "Problem") return undefined;
  const problem = asProblem(error);
  const isLimit = problem.status === 429 && (problem.retryAfter ?? 0) <= LONGEST_TOLD_SECONDS;
  return problem.isPassing || isLimit ? problem : undefined;
}

/** So long, or until the connection is back, whatever is first. */
export function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = Number.isFinite(milliseconds) ? window.setTimeout(end, milliseconds) : undefined;
    function end() {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
    window.addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
