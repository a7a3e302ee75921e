import { useQuery } from "@tanstack/preact-query";
import { type Answer, type Body, call } from "../api/call";

export type Preview = Answer<"/api/account/erasure/preview">;
export type ProjectFate = Preview["projects"][number];
export type Started = Answer<"/api/account/erasure/start">;
type Confirmation = Body<"/api/account/erasure/start">["confirmation"];

/** As the server wants them, in every language. */
export const WORDS: Confirmation = "erase my account";

export const erasureKey = ["erasure"] as const;

/** As it is now: others come into projects and leave them. */
export function useErasurePreview() {
  return useQuery({
    queryKey: erasureKey,
    queryFn: () => call("/api/account/erasure/preview", {}),
    staleTime: 0,
  });
}

/** Asked again it answers the same, so a lost answer is no harm. */
export const startErasure = (deleteProjects: readonly string[]): Promise<Started> =>
  call("/api/account/erasure/start", { confirmation: WORDS, delete_projects: [...deleteProjects] });
