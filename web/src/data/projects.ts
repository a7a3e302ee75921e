import { useQuery } from "@tanstack/preact-query";
import { currentSession, supabase } from "../session";
import { keepProjects, lastProjects } from "./last-projects";
import { rows } from "./rows";

export type Role = "viewer" | "editor" | "owner";
export type Project = { id: string; name: string; created_at: string; role: Role };

export async function readProjects(userId: string): Promise<Project[]> {
  const found = await rows(
    (await supabase())
      .from("project_members")
      .select("role, projects(id, name, created_at)")
      .eq("user_id", userId)
      .returns<{ role: Role; projects: Omit<Project, "role"> }[]>(),
  );
  const projects = found
    .map(({ role, projects }) => ({ ...projects, role }))
    .sort((a, b) => a.name.localeCompare(b.name));
  if (currentSession()?.userId === userId) keepProjects(userId, projects);
  return projects;
}

export async function createProject(name: string): Promise<{ id: string }> {
  return rows((await supabase()).rpc("create_project", { name }));
}

const LOOK_AGAIN_MS = 60_000;
export const projectsKey = ["projects"] as const;

export function useProjects(userId: string) {
  return useQuery({
    queryKey: projectsKey,
    queryFn: () => readProjects(userId),
    placeholderData: () => lastProjects(userId),
    /* Whoever was taken out of the project that they look at is told so. */
    refetchInterval: LOOK_AGAIN_MS,
  });
}

export const mayEdit = (role: Role): boolean => role !== "viewer";
