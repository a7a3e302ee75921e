import { useQuery } from "@tanstack/preact-query";
import { currentSession, supabase } from "../session";
import { remember, remembered } from "../storage";
import { done, rows } from "./rows";

export const LONGEST_NAME = 80;
export const profileKey = ["profile"] as const;

/** Null: this person has given no name. */
export async function readName(): Promise<string | null> {
  const found = await rows(
    (await supabase()).from("profiles").select("display_name").returns<{ display_name: string | null }[]>(),
  );
  return found[0]?.display_name ?? null;
}

/** None is null, and a name is one line. */
export async function saveName(name: string): Promise<void> {
  const display_name = name.replaceAll(/\s+/g, " ").trim() || null;
  await done((await supabase()).from("profiles").upsert({ display_name }, { onConflict: "user_id" }));
}

export function useName() {
  return useQuery({ queryKey: profileKey, queryFn: readName });
}

/*
 * The name of a sign-up, whose address is confirmed first. Until then nobody is signed in who could store it, so this
 * browser keeps it; in another browser it is simply asked for again.
 */
const KEY = "itoms-name";

export function keepNameFor(email: string, name: string): void {
  remember(KEY, name.trim() === "" ? null : JSON.stringify({ email: email.trim().toLowerCase(), name }));
}

/** For whoever gave it, and not for somebody else who signs in here. A name is not worth failing for. */
export async function storeKeptName(): Promise<void> {
  const kept = keptName(remembered(KEY));
  if (!kept || kept.email !== currentSession()?.email.toLowerCase()) return;
  try {
    await saveName(kept.name);
    remember(KEY, null);
  } catch {
    /* It is tried again at the next sign-in. */
  }
}

export function keptName(text: string | null): { email: string; name: string } | null {
  if (text === null) return null;
  try {
    const { email, name } = JSON.parse(text) as Record<string, unknown>;
    return typeof email === "string" && typeof name === "string" ? { email, name } : null;
  } catch {
    return null;
  }
}
