import { useQueryClient } from "@tanstack/preact-query";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { connectionsKey } from "../../data/connections";
import { noticesKey } from "../../data/notices";
import { publicationsKey } from "../../data/publications";
import { paths } from "../../paths";
import { publications, wasRefused } from "./click";
import type { Shown } from "./clicker";

/** Once all accounts have taken it, there is nothing to do here any more. */
export function useOutcome(shown: Shown, project: string, reload: () => void, checkAgain: () => void): void {
  const { route } = useLocation();
  const queries = useQueryClient();
  const seen = useRef<Shown | null>(null);
  useEffect(() => {
    if (seen.current === shown) return;
    seen.current = shown;
    const { done, trouble } = shown;
    if (trouble === "changed" || trouble === "settled_elsewhere") reload();
    if (!done) return;
    const ids = publications(done);
    void queries.invalidateQueries({ queryKey: publicationsKey });
    if (wasRefused(done)) {
      /* Why may stand there: an access that ended, somebody who left. */
      for (const queryKey of [connectionsKey(project), noticesKey])
        void queries.invalidateQueries({ queryKey });
      checkAgain();
      if (ids.length > 0) reload();
      return;
    }
    const [only, ...others] = ids;
    if (only && others.length === 0) route(paths.publication(project, only));
    else route(`${paths.history(project)}?of=${ids.join(",")}`);
  }, [shown, project, reload, checkAgain, route, queries]);
}
