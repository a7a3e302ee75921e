import { useLocation } from "preact-iso";
import { mayEdit } from "../../data/projects";
import { type Filter, filterOf, idsOf } from "../../data/publication-filter";
import { usePublications } from "../../data/publications";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { ProblemBanner } from "../../ui/banner";
import { Button, LinkButton } from "../../ui/button";
import { Page } from "../../ui/page";
import { Empty, Skeleton } from "../../ui/pieces";
import { Clicked } from "./clicked";
import { Filters } from "./filters";
import { PublicationRow } from "./publication-row";
import "./history.css";

export default function History() {
  const { query } = useLocation();
  const clicked = idsOf(query);
  const filter = filterOf(query);
  return (
    <Page title={t.history.title} lead={t.history.lead}>
      {clicked.length > 0 && <Clicked ids={clicked} />}
      {clicked.length > 0 && <h2>{t.history.everything}</h2>}
      <Filters filter={filter} />
      <Publications filter={filter} />
    </Page>
  );
}

function Publications({ filter }: { filter: Filter }) {
  const { project } = useHere();
  const { userId } = useSignedIn();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = usePublications(
    project.id,
    filter,
    userId,
  );
  if (!data && error) return <ProblemBanner error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height="6.5rem" count={5} />;
  const rows = data.pages.flatMap((page) => page.rows);
  return (
    <>
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {rows.length === 0 ? (
        <Nothing filter={filter} />
      ) : (
        <>
          <p class="quiet small" role="status">
            {t.history.shown(rows.length, hasNextPage)}
          </p>
          <ul class="plain stack tight publications">
            {rows.map((publication) => (
              <PublicationRow key={publication.id} publication={publication} />
            ))}
          </ul>
        </>
      )}
      {hasNextPage && (
        <div>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t.history.showMore}
          </Button>
        </div>
      )}
    </>
  );
}

function Nothing({ filter }: { filter: Filter }) {
  const { project } = useHere();
  const editor = mayEdit(project.role);
  if (Object.keys(filter).length > 0)
    return (
      <Empty
        title={t.history.noneTitle}
        action={<LinkButton href={paths.history(project.id)}>{t.history.showAll}</LinkButton>}
      >
        {t.history.none}
      </Empty>
    );
  return (
    <Empty
      title={t.history.emptyTitle}
      action={
        editor && (
          <LinkButton look="primary" href={paths.publish(project.id)}>
            {t.history.publish}
          </LinkButton>
        )
      }
    >
      {editor ? t.history.empty : t.history.emptyViewer}
    </Empty>
  );
}
