import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useProjects } from "../../data/projects";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { ToProjectStart } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { ProblemBanner } from "../../ui/banner";
import { LinkButton } from "../../ui/button";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/pieces";
import { leaveNote } from "./outcome-note";
import { outcomeOf } from "./outcomes";

/** Where the callback of a platform and the links of our mails lead: on to the connections of the right project. */
export default function Outcome() {
  const { query } = useLocation();
  return query.project ? <ToProject query={query} /> : <ToProjectStart to={paths.connections} />;
}

function ToProject({ query }: { query: Record<string, string> }) {
  const { route } = useLocation();
  const { data, error, refetch, isPlaceholderData } = useProjects(useSignedIn().userId);
  const project = data?.find(({ id }) => id === query.project);
  useEffect(() => {
    if (!project) return;
    const outcome = outcomeOf(query);
    if (outcome) leaveNote(outcome);
    /* Replaced, so that neither a reload nor the way back tells it again. */
    route(paths.connections(project.id), true);
  }, [project, query, route]);
  if (error && !data) return <ProblemBanner error={error} onRetry={() => void refetch()} />;
  if (!data || project || isPlaceholderData) return <Skeleton height="6rem" count={3} />;
  return <Lost />;
}

function Lost() {
  const { outcome } = t.connections;
  return (
    <Page title={outcome.lostTitle} lead={outcome.lost}>
      <div>
        <LinkButton href={paths.projects}>{outcome.toProjects}</LinkButton>
      </div>
    </Page>
  );
}
