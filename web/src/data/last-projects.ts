import { PROJECTS, remember, remembered } from "../storage";
import type { Project, Role } from "./projects";

const ROLES: readonly Role[] = ["viewer", "editor", "owner"];

/** As this browser saw them last: a screen stands with these while they are read anew, and has no say with them. */
export function lastProjects(userId: string): Project[] | undefined {
  try {
    const kept: unknown = JSON.parse(remembered(PROJECTS + userId) ?? "");
    return Array.isArray(kept) && kept.every(isProject) ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function keepProjects(userId: string, projects: readonly Project[]): void {
  remember(PROJECTS + userId, JSON.stringify(projects));
}

function isProject(one: unknown): one is Project {
  if (typeof one !== "object" || one === null) return false;
  const { id, name, created_at, role } = one as Record<string, unknown>;
  return [id, name, created_at].every((text) => typeof text === "string") && ROLES.includes(role as Role);
}
