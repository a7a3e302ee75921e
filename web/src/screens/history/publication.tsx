import { useRoute } from "preact-iso";
import { asProblem } from "../../api/problem";
import { useFollow } from "../../data/follow";
import { mayEdit } from "../../data/projects";
import { isId } from "../../data/publication-filter";
import { type Followed, usePublication } from "../../data/publications";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { NotFound } from "../../shell/not-found";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/pieces";
import { PlatformIcon } from "../../ui/platform-icon";
import { Details } from "./details";
import { accountOf, platformName } from "./names";
import { Outcome } from "./outcome";
import { standingOf } from "./standing";
import { Timeline } from "./timeline";
import { WhoClicked } from "./who-clicked";
import "./history.css";

export default function PublicationScreen() {
  const { publication } = useRoute().params;
  return isId(publication) ? <Loaded key={publication} id={publication} /> : <NotFound />;
}

function Loaded({ id }: { id: string }) {
  const { project } = useHere();
  const { data, error, refetch } = usePublication(project.id, id);
  if (data) return <Shown publication={data} />;
  if (error && asProblem(error).code === "not_found") return <NotFound />;
  return (
    <Page title={t.history.one}>
      {error ? (
        <ProblemBanner error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <Skeleton height="9rem" />
          <Skeleton height="16rem" />
        </>
      )}
    </Page>
  );
}

function Shown({ publication }: { publication: Followed }) {
  const { project } = useHere();
  const { held, error, retry } = useFollow(publication, mayEdit(project.role));
  const standing = standingOf(publication, held);
  return (
    <Page
      title={t.history.publicationTitle(t.history.kinds[publication.kind], platformName(publication))}
      lead={<WhoClicked publication={publication} />}
      actions={
        <span class="row">
          <PlatformIcon platform={publication.platform} />
          {accountOf(publication)}
        </span>
      }
    >
      {error && navigator.onLine && <ProblemBanner error={error} onRetry={retry} />}
      <Outcome {...{ publication, standing, held }} />
      <div class="publication-parts">
        <Timeline publication={publication} held={held} />
        <Details publication={publication} />
      </div>
      <p>
        <a href={paths.history(project.id)}>{t.history.backToAll}</a>
      </p>
    </Page>
  );
}
