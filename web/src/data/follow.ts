import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { type Answer, call } from "../api/call";
import { asProblem } from "../api/problem";
import { noticesKey } from "./notices";
import { useOnce } from "./once";
import { askEvery, isMoving, isOver, type Moving } from "./pace";
import { publicationKey, publicationsKey } from "./publications";

type View = Answer<"/api/publications/advance">;
/** What only the functions can say of one that does not move. */
export type Held = "switched_off" | "needs_confirmation";

/**
 * Moves a publication on for as long as somebody looks at it, and says what holds it. Another tab, the queue and the
 * cron may do the same at the same time: one of them makes the step, the others learn what came of it.
 */
export function useFollow(publication: { id: string } & Moving, may: boolean) {
  const changed = useChanged();
  const isFollowed = may && isMoving(publication);
  const { data, error, refetch } = useQuery({
    queryKey: ["follow", publication.id],
    queryFn: async () => {
      const view = await call("/api/publications/advance", { publication_id: publication.id });
      void changed(view);
      return view;
    },
    enabled: isFollowed,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      canGoOn(state.error) && askEvery(state.data, state.error !== null, document),
    refetchIntervalInBackground: true,
    refetchOnWindowFocus: "always",
  });
  const held = isFollowed ? heldBy(data) : undefined;
  return { held, error: isFollowed ? error : null, retry: () => void refetch() };
}

/** The word of somebody who looked on the platform. */
export function useResolve(publication: string, onSaid: () => void) {
  const changed = useChanged();
  return useOnce({
    mutationFn: (posted: boolean) =>
      call("/api/publications/resolve", { publication_id: publication, posted }),
    onSuccess: onSaid,
    onSettled: (view) => changed(view ?? { id: publication }),
  });
}

/** A click that waited while its platform was switched off: now, or never. */
export function useConfirm(publication: string) {
  const queries = useQueryClient();
  const changed = useChanged();
  return useOnce({
    mutationFn: (goOn: boolean) =>
      call("/api/publications/confirm", { publication_id: publication, go_on: goOn }),
    onSuccess: (view) => {
      queries.setQueryData(["follow", publication], view);
      void queries.invalidateQueries({ queryKey: noticesKey });
    },
    onSettled: (view) => changed(view ?? { id: publication }),
  });
}

/** A row is read again after each answer, so that what is shown has one source. */
function useChanged() {
  const queries = useQueryClient();
  return async (view: { id: string; state?: View["state"] }): Promise<void> => {
    if (view.state && isOver({ state: view.state }))
      void queries.invalidateQueries({ queryKey: publicationsKey });
    await queries.invalidateQueries({ queryKey: publicationKey(view.id) });
  };
}

function heldBy(view: View | undefined): Held | undefined {
  if (view?.switched_off) return "switched_off";
  return view?.needs_confirmation ? "needs_confirmation" : undefined;
}

/** A refusal stays one: only what may pass is asked again. */
const canGoOn = (error: Error | null): boolean => error === null || asProblem(error).isPassing;
