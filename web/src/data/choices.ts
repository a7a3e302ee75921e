import { useQuery } from "@tanstack/preact-query";
import { supabase } from "../session";
import { NOT_COUNTED, remember } from "../storage";
import { done, rows } from "./rows";

export const PURPOSES = ["publishing", "ai_captions", "analytics"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Since when a person objects to each purpose, and since when all of their data is kept and not used. */
export type Choices = { objections: Partial<Record<Purpose, string>>; restrictedSince: string | null };

export const choicesKey = ["choices"] as const;

export async function readChoices(): Promise<Choices> {
  const client = await supabase();
  const [objections, restrictions] = await Promise.all([
    rows(
      client
        .from("objections")
        .select("purpose, created_at")
        .returns<{ purpose: Purpose; created_at: string }[]>(),
    ),
    rows(client.from("restrictions").select("created_at").returns<{ created_at: string }[]>()),
  ]);
  const restrictedSince = restrictions[0]?.created_at ?? null;
  const uncounted = restrictedSince !== null || objections.some(({ purpose }) => purpose === "analytics");
  remember(NOT_COUNTED, uncounted ? "true" : null);
  return {
    objections: Object.fromEntries(objections.map(({ purpose, created_at }) => [purpose, created_at])),
    restrictedSince,
  };
}

export function useChoices() {
  return useQuery({ queryKey: choicesKey, queryFn: readChoices });
}

/** The same choice made twice, in two tabs for example, is the same choice. */
export async function object(purpose: Purpose): Promise<void> {
  const options = { onConflict: "user_id,purpose", ignoreDuplicates: true };
  await done((await supabase()).from("objections").upsert({ purpose }, options));
  if (purpose === "analytics") remember(NOT_COUNTED, "true");
}

export async function allow(purpose: Purpose): Promise<void> {
  await done((await supabase()).from("objections").delete().eq("purpose", purpose));
}

export async function restrict(userId: string): Promise<void> {
  const options = { onConflict: "user_id", ignoreDuplicates: true };
  await done((await supabase()).from("restrictions").upsert({ user_id: userId }, options));
  remember(NOT_COUNTED, "true");
}

export async function lift(userId: string): Promise<void> {
  await done((await supabase()).from("restrictions").delete().eq("user_id", userId));
}
