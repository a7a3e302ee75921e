import { Suspense } from "preact/compat";
import { useLocation } from "preact-iso";
import { useConnections } from "../../data/connections";
import { useContent, useContents } from "../../data/contents";
import { mayEdit } from "../../data/projects";
import { useStop } from "../../data/stops";
import { t } from "../../i18n";
import { later } from "../../later";
import { paths } from "../../paths";
import { POST } from "../../screens";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { LinkButton } from "../../ui/button";
import { Page } from "../../ui/page";
import { Empty, Skeleton } from "../../ui/pieces";
import { ChooseContent } from "./choose-content";
import "./publish.css";

const OfContent = later(POST);

export default function Publish() {
  const { project } = useHere();
  return (
    <Page title={t.publish.title} lead={t.publish.lead}>
      {mayEdit(project.role) ? <MayPublish project={project.id} /> : <OnlyLooks project={project.id} />}
    </Page>
  );
}

function OnlyLooks({ project }: { project: string }) {
  const { viewer, toLibrary } = t.publish.stopped;
  return (
    <Empty title={viewer.title} action={<LinkButton href={paths.library(project)}>{toLibrary}</LinkButton>}>
      {viewer.detail}
    </Empty>
  );
}

/** Whatever keeps somebody from publishing is said before they have written anything. */
function MayPublish({ project }: { project: string }) {
  const { query } = useLocation();
  const connections = useConnections(project);
  const stop = useStop();
  /* Read beside the others, for what is shown then. */
  useContents(project, { enabled: !query.content });
  useContent(query.content ?? "", { enabled: Boolean(query.content) });
  const { error } = [connections, stop].find((one) => one.error && one.data === undefined) ?? {};
  if (error) {
    const again = () => void Promise.all([connections.refetch(), stop.refetch()]);
    return <ProblemBanner error={error} onRetry={again} />;
  }
  if (!connections.data || stop.data === undefined) return <Skeleton height="9rem" count={3} />;
  if (stop.data) return <Stopped by={stop.data} />;
  if (connections.data.length === 0) return <NoAccounts project={project} />;
  if (!query.content) return <ChooseContent project={project} />;
  return (
    <Suspense fallback={<Skeleton height="9rem" count={3} />}>
      <OfContent
        key={query.content}
        id={query.content}
        connections={connections.data}
        instead={<ChooseContent project={project} />}
      />
    </Suspense>
  );
}

function Stopped({ by }: { by: "publishing_objected" | "processing_restricted" }) {
  const { stopped } = t.publish;
  return (
    <Empty
      title={stopped[by].title}
      action={<LinkButton href={paths.accountPrivacy}>{stopped.toPrivacy}</LinkButton>}
    >
      {stopped[by].detail}
    </Empty>
  );
}

function NoAccounts({ project }: { project: string }) {
  const { title, detail, action } = t.publish.noAccounts;
  return (
    <Empty
      title={title}
      action={
        <LinkButton look="primary" href={paths.connections(project)}>
          {action}
        </LinkButton>
      }
    >
      {detail}
    </Empty>
  );
}
