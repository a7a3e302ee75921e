import type { VNode } from "preact";
import type { Connection } from "../../data/connections";
import { isGone, useContent } from "../../data/contents";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { Banner, ProblemBanner } from "../../ui/banner";
import { LinkButton } from "../../ui/button";
import { Empty, Skeleton } from "../../ui/pieces";
import { Composer } from "./composer";

/** The content that the address names. One of another project is not there, and what is shown instead is. */
export default function OfContent({
  id,
  connections,
  instead,
}: {
  id: string;
  connections: readonly Connection[];
  instead: VNode;
}) {
  const { project } = useHere();
  const { data, error, refetch } = useContent(id);
  if (error && !data) {
    return (
      <div class="stack">
        {isGone(error) ? (
          <Banner tone="warn" title={t.publish.content.gone} />
        ) : (
          <ProblemBanner error={error} onRetry={() => void refetch()} />
        )}
        {instead}
      </div>
    );
  }
  if (!data) return <Skeleton height="9rem" count={3} />;
  if (data.project_id !== project.id) return instead;
  if (!data.media.some(({ state }) => state === "ready")) return <NoMedia project={project.id} id={id} />;
  return <Composer content={data} connections={connections} />;
}

function NoMedia({ project, id }: { project: string; id: string }) {
  const { title, detail, action } = t.publish.noMedia;
  return (
    <Empty
      title={title}
      action={
        <div class="row">
          <LinkButton look="primary" href={paths.content(project, id)}>
            {action}
          </LinkButton>
          <LinkButton href={paths.publish(project)}>{t.publish.content.change}</LinkButton>
        </div>
      }
    >
      {detail}
    </Empty>
  );
}
