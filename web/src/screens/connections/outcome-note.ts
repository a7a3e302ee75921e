import { useEffect, useState } from "preact/hooks";
import type { Outcome } from "./outcomes";

/* Kept in memory alone: a reload of the connections has nothing to tell any more. */
let note: Outcome | null = null;

export function leaveNote(outcome: Outcome): void {
  note = outcome;
}

/** What was left for the screen of this project. */
export function useNote(project: string): Outcome | null {
  const [found] = useState(() => (note?.project === project ? note : null));
  useEffect(() => {
    note = null;
  }, []);
  return found;
}
