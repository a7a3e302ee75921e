import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Project, useProjects } from "../data/projects";
import { paths } from "../paths";
import { PROJECT, remember, remembered } from "../storage";
import { ProblemBanner } from "../ui/banner";
import { Skeleton } from "../ui/pieces";
import { NotFound } from "./not-found";
import { useSignedIn } from "./session";

export type Here = { project: Project; projects: Project[] };

const Context = createContext<Here | null>(null);

/** The project whose id is in the address. Only below ProjectProvider. */
export function useHere(): Here {
  const here = useContext(Context);
  if (!here) throw new Error("useHere outside of a project");
  return here;
}

export function ProjectProvider({ id, children }: { id: string; children: ComponentChildren }) {
  const session = useSignedIn();
  const { data, error, refetch, isPlaceholderData } = useProjects(session.userId);
  const project = data?.find((one) => one.id === id);
  useEffect(() => {
    if (project) remember(PROJECT, project.id);
  }, [project]);
  if (error && !data) return <ProblemBanner error={error} onRetry={() => void refetch()} />;
  if (!data || (!project && isPlaceholderData)) return <Skeleton height="6rem" count={3} />;
  if (!project) return <NotFound />;
  return <Context.Provider value={{ project, projects: data }}>{children}</Context.Provider>;
}

/** Leads somebody who named no project to this part of the one they were in, or to the list. */
export function ToProjectStart({ to }: { to: (project: string) => string }) {
  const session = useSignedIn();
  const { route } = useLocation();
  const { data, error, refetch, isPlaceholderData } = useProjects(session.userId);
  useEffect(() => {
    if (!data || isPlaceholderData) return;
    const last = data.find(({ id }) => id === remembered(PROJECT)) ?? data[0];
    route(last ? to(last.id) : paths.projects, true);
  }, [data, isPlaceholderData, route, to]);
  if (error && !data) return <ProblemBanner error={error} onRetry={() => void refetch()} />;
  return <Skeleton height="6rem" count={3} />;
}
