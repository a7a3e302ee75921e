import { useQuery } from "@tanstack/preact-query";
import { supabase } from "../session";
import { choicesKey } from "./choices";
import { rows } from "./rows";

/** What a person has said under Privacy that keeps them from publishing, by the code that the server refuses with. */
export type Stop = "publishing_objected" | "processing_restricted";

async function readStop(): Promise<Stop | null> {
  const client = await supabase();
  const [restrictions, objections] = await Promise.all([
    rows(client.from("restrictions").select("user_id").returns<{ user_id: string }[]>()),
    rows(
      client
        .from("objections")
        .select("purpose")
        .eq("purpose", "publishing")
        .returns<{ purpose: "publishing" }[]>(),
    ),
  ]);
  if (restrictions.length > 0) return "processing_restricted";
  return objections.length > 0 ? "publishing_objected" : null;
}

export function useStop() {
  return useQuery({ queryKey: [...choicesKey, "stop"], queryFn: readStop });
}
