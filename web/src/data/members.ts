import { useQuery } from "@tanstack/preact-query";
import { supabase } from "../session";
import type { Role } from "./projects";
import { done, rows } from "./rows";

export type Invitation = {
  id: string;
  role: Role;
  created_by: string;
  created_at: string;
  expires_at: string;
};
/** The one answer that has the code. */
export type NewInvitation = { id: string; code: string; expires_at: string };
export type Preview = { project_name: string; role: Role; invited_by: string | null; expires_at: string };

export const invitationsKey = (project: string) => ["invitations", project] as const;

/* Under Row Level Security a change that reaches no row is no error: whoever makes one asks for the row. */

export async function changeRole(project: string, person: string, role: Role): Promise<void> {
  await rows(
    (await supabase())
      .from("project_members")
      .update({ role })
      .eq("project_id", project)
      .eq("user_id", person)
      .select("user_id")
      .single(),
  );
}

/** Somebody else, or oneself. */
export async function removePerson(project: string, person: string): Promise<void> {
  await rows(
    (await supabase())
      .from("project_members")
      .delete()
      .eq("project_id", project)
      .eq("user_id", person)
      .select("user_id")
      .single(),
  );
}

export async function renameProject(project: string, name: string): Promise<void> {
  await rows((await supabase()).from("projects").update({ name }).eq("id", project).select("id").single());
}

/** Those that can still be used. Only an owner reads any. */
export function useInvitations(project: string) {
  return useQuery({
    queryKey: invitationsKey(project),
    queryFn: async () =>
      rows(
        (await supabase())
          .from("invitations")
          .select("id, role, created_by, created_at, expires_at")
          .eq("project_id", project)
          .order("expires_at", { ascending: false })
          .returns<Invitation[]>(),
      ),
  });
}

export async function invite(project: string, role: Role): Promise<NewInvitation> {
  return rows((await supabase()).rpc("create_invitation", { p_project_id: project, p_role: role }));
}

export async function withdraw(invitation: string): Promise<void> {
  await done((await supabase()).rpc("withdraw_invitation", { p_invitation_id: invitation }));
}

export function usePreview(code: string) {
  return useQuery({
    queryKey: ["invitation", code],
    queryFn: async (): Promise<Preview> =>
      rows((await supabase()).rpc("invitation_preview", { p_code: code })),
  });
}

export async function join(code: string): Promise<{ project_id: string; role: Role }> {
  return rows((await supabase()).rpc("accept_invitation", { p_code: code }));
}
