import { useFollow } from "../../data/follow";
import { isHeld } from "../../data/pace";
import { mayEdit } from "../../data/projects";
import type { Publication } from "../../data/publications";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { MediaThumb } from "../../ui/media-thumb";
import { When } from "../../ui/pieces";
import { PlatformIcon } from "../../ui/platform-icon";
import { accountOf, beginningOf, platformName } from "./names";
import { OpenPost } from "./open-link";
import { standingOf } from "./standing";
import { StateBadge } from "./state-badge";

/** One line of the history. All of it leads to the publication; only its post on the platform has a link of its own. */
export function PublicationRow({ publication }: { publication: Publication }) {
  const { project } = useHere();
  const { id, platform, kind, items, permalink, created_at } = publication;
  return (
    <li class="card publication">
      <MediaThumb media={items[0]?.media ?? undefined} />
      <div class="stack tight words">
        <a class="whole" href={paths.publication(project.id, id)} translate={false}>
          {beginningOf(publication)}
        </a>
        <p class="row small quiet about">
          <PlatformIcon platform={platform} />
          <span>
            {platformName(publication)} · {accountOf(publication)}
          </span>
          <span>{t.history.kinds[kind]}</span>
          <When at={created_at} />
        </p>
      </div>
      <div class="row end">
        <RowBadge publication={publication} />
        {permalink && <OpenPost href={permalink} platform={platform} />}
      </div>
    </li>
  );
}

/** What stands still longer than it should is asked about, so that it can say why. */
function RowBadge({ publication }: { publication: Publication }) {
  const { project } = useHere();
  const { held } = useFollow(publication, mayEdit(project.role) && isHeld(publication, Date.now()));
  return <StateBadge standing={standingOf(publication, held)} />;
}
