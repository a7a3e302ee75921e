import type { components } from "../api/schema";
import table from "./reasons.json";

/** Why a publication is where it is: words, who can act, and the one next action. */
export type Reason = Pick<components["schemas"]["Why"], "words" | "who" | "action">;

/** The server's own table, made from it by `make openapi`, for rows that are read without the functions. */
const REASONS: Readonly<Record<string, { words: string; who: string; action: string }>> = table;

export const reasonOf = (code: string | null): Reason | undefined =>
  code === null ? undefined : (REASONS[code] as Reason | undefined);
