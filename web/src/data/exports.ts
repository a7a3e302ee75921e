import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { type Answer, call } from "../api/call";
import { supabase } from "../session";
import { requestsKey } from "./requests";
import { rows } from "./rows";

export type ExportRow = {
  id: string;
  state: "gathering" | "copying" | "ready" | "expired" | "failed";
  with_media: boolean;
  byte_size: number | null;
  content_hash: string | null;
  created_at: string;
  expires_at: string | null;
  downloaded_at: string | null;
};
export type ExportView = Answer<"/api/account/export/status">;

export const exportsKey = ["exports"] as const;
/** Milliseconds between two looks; each moves the export on for some seconds. */
const PAUSE = 2000;

export async function readExports(): Promise<ExportRow[]> {
  return rows(
    (await supabase())
      .from("exports")
      .select("id, state, with_media, byte_size, content_hash, created_at, expires_at, downloaded_at")
      .order("created_at", { ascending: false })
      .returns<ExportRow[]>(),
  );
}

export const isUnderWay = ({ state }: ExportRow): boolean => state === "gathering" || state === "copying";

/** A row says "ready" until the hourly tidying, its file is gone before. */
export function isThere({ state, expires_at }: ExportRow, now: number = Date.now()): boolean {
  return state === "ready" && expires_at !== null && Date.parse(expires_at) > now;
}

export function useExports() {
  return useQuery({ queryKey: exportsKey, queryFn: readExports });
}

/** Follows one for as long as it is under way, and reads the list anew when it is not any more. */
export function useExportProgress(exportId: string) {
  const queries = useQueryClient();
  const followed = useQuery({
    queryKey: [...exportsKey, exportId],
    queryFn: () => call("/api/account/export/status", { export_id: exportId }),
    refetchInterval: ({ state }) => (state.data && state.data.state !== "under_way" ? false : PAUSE),
  });
  const isOver = followed.data !== undefined && followed.data.state !== "under_way";
  useEffect(() => {
    if (!isOver) return;
    void queries.invalidateQueries({ queryKey: exportsKey, exact: true });
    void queries.invalidateQueries({ queryKey: requestsKey });
  }, [isOver, queries]);
  return followed;
}

export const startExport = (withMedia: boolean): Promise<ExportView> =>
  call("/api/account/export/start", { with_media: withMedia });

/** The address is good for minutes and tells the browser to store the file, so the screen stays. */
export async function downloadExport(exportId: string): Promise<void> {
  const { url } = await call("/api/account/export/download", { export_id: exportId });
  location.assign(url);
}
