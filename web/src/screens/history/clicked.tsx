import { useFollow } from "../../data/follow";
import { isOver } from "../../data/pace";
import { mayEdit } from "../../data/projects";
import { type Followed, usePublication } from "../../data/publications";
import { reasonOf } from "../../data/reasons";
import { t } from "../../i18n";
import { known } from "../../i18n/known";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { LinkButton } from "../../ui/button";
import { Skeleton } from "../../ui/pieces";
import { PlatformIcon } from "../../ui/platform-icon";
import { accountOf, platformName } from "./names";
import { OpenPost } from "./open-link";
import { standingOf } from "./standing";
import { StateBadge, toneOf } from "./state-badge";

/** What one click has begun, for one account or several, live and side by side. */
export function Clicked({ ids }: { ids: readonly string[] }) {
  return (
    <section class="stack" aria-labelledby="clicked">
      <div class="stack tight">
        <h2 id="clicked">{t.history.clicked}</h2>
        <p class="quiet">{t.history.clickedLead}</p>
      </div>
      <ul class="plain clicked">
        {ids.map((id) => (
          <Card key={id} id={id} />
        ))}
      </ul>
    </section>
  );
}

function Card({ id }: { id: string }) {
  const { project } = useHere();
  const { data, error, refetch } = usePublication(project.id, id);
  if (data) return <LiveCard publication={data} />;
  return (
    <li>
      {error ? <ProblemBanner error={error} onRetry={() => void refetch()} /> : <Skeleton height="11rem" />}
    </li>
  );
}

function LiveCard({ publication }: { publication: Followed }) {
  const { project } = useHere();
  const { held } = useFollow(publication, mayEdit(project.role));
  const standing = standingOf(publication, held);
  const { id, platform, permalink } = publication;
  return (
    <li class={`card stack tight live ${toneOf(standing) ?? ""}`}>
      <h3 class="row">
        <PlatformIcon platform={platform} />
        {platformName(publication)} · {accountOf(publication)}
      </h3>
      <div class="stack tight" aria-live="polite">
        <p>
          <StateBadge standing={standing} />
        </p>
        <p class="small">{sayingOf(publication)}</p>
      </div>
      <div class="row end">
        <LinkButton small href={paths.publication(project.id, id)}>
          {t.history.details}
        </LinkButton>
        {permalink && <OpenPost href={permalink} platform={platform} />}
      </div>
    </li>
  );
}

/** Why it ended or stays as it is; while it is under way, its latest step. */
function sayingOf(publication: Followed): string {
  const reason = reasonOf(publication.reason);
  if (reason && (isOver(publication) || publication.state === "unknown")) return reason.words;
  if (publication.state === "published") return t.history.published(platformName(publication));
  return known(t.steps, publication.steps.at(-1)?.event ?? "") ?? t.history.underWay[publication.platform];
}
