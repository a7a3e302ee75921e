import { useQuery } from "@tanstack/preact-query";
import { supabase } from "../session";
import type { Role } from "./projects";
import { rows } from "./rows";

/** A member as the others see them: by the name they gave themselves, without any address. */
export type Person = { user_id: string; role: Role; joined_at: string; display_name: string | null };

export const peopleKey = (project: string) => ["people", project] as const;

export async function readPeople(project: string): Promise<Person[]> {
  return rows((await supabase()).rpc("project_people", { p_project_id: project }));
}

export function usePeople(project: string) {
  return useQuery({ queryKey: peopleKey(project), queryFn: () => readPeople(project) });
}
