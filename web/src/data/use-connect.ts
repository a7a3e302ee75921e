import type { Platform } from "../ui/platform-icon";
import { startConnect } from "./connections";
import { useOnce } from "./once";

/** Milliseconds: a page of a platform that has not come by then does not come. */
const LONGEST_WAY = 10_000;

/** Leads to the platform's own page; what became of it is told at paths.settingsConnections. */
export function useConnect(project: string) {
  return useOnce({
    mutationFn: async (platform: Platform) => {
      location.assign(await startConnect(platform, project));
      await left();
    },
  });
}

/** Busy until this page is gone, or is shown again because somebody came back. */
function left(): Promise<void> {
  return new Promise((resolve) => {
    window.addEventListener("pageshow", () => resolve(), { once: true });
    setTimeout(resolve, LONGEST_WAY);
  });
}
