import { useQuery } from "@tanstack/preact-query";
import { supabase } from "../session";
import { rows } from "./rows";

/** Where a person is signed in: the session that asks first, then by when they were last used. */
export type SignIn = {
  since: string;
  last_used_at: string;
  user_agent: string | null;
  ip: string | null;
  is_current: boolean;
};
export type CaptionDay = { day: string; used: number };

export const signInsKey = ["sign-ins"] as const;

async function readSignIns(): Promise<SignIn[]> {
  return rows((await supabase()).rpc("own_sessions"));
}

export function useSignIns() {
  return useQuery({ queryKey: signInsKey, queryFn: readSignIns });
}

async function readCaptionDays(): Promise<CaptionDay[]> {
  return rows((await supabase()).rpc("own_caption_usage"));
}

export function useCaptionDays() {
  return useQuery({ queryKey: ["caption-days"], queryFn: readCaptionDays });
}
