import { useQuery } from "@tanstack/preact-query";
import { supabase } from "../session";
import { rows } from "./rows";

export type Consent = { subject: string; text_version: string; given_at: string };

/** What the person who looks agreed to with this click. Nobody reads what others agreed to. */
export function useConsents(publication: string, enabled: boolean) {
  return useQuery({
    queryKey: ["consents", publication],
    queryFn: async () =>
      rows(
        (await supabase())
          .from("consents")
          .select("subject, text_version, given_at")
          .eq("publication_id", publication)
          .returns<Consent[]>(),
      ),
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
