import { useQuery } from "@tanstack/preact-query";
import { type Answer, call } from "../api/call";

export type PossiblePost = Answer<"/api/media/fit">["posts"][number];

/** The most files that one post of any platform has. */
export const MOST_FILES = 35;

/** What these files could become together, in this order. The facts of a file never change, so it is asked once. */
export function useFit(assetIds: readonly string[], { enabled = true }: { enabled?: boolean } = {}) {
  return useQuery({
    queryKey: ["fit", ...assetIds],
    queryFn: () => call("/api/media/fit", { media_asset_ids: [...assetIds] }),
    enabled: enabled && assetIds.length > 0 && assetIds.length <= MOST_FILES,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
