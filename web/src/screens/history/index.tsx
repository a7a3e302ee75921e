import { useEffect, useRef } from "preact/hooks";
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
  const rows = data?.pages.flatMap((page) => page.rows) ?? [];
  const [list, focusNext] = useFocusOnNext(rows.length);
  const problem = error && <ProblemBanner error={error} onRetry={() => void refetch()} />;
  if (!data) return problem ?? <Skeleton height="6.5rem" count={5} />;
  if (rows.length === 0) return <Nothing filter={filter} />;
  const showMore = () => {
    focusNext();
    void fetchNextPage();
  };
  return (
    <>
      {problem}
      <p class="quiet small" role="status">
        {t.history.shown(rows.length, hasNextPage)}
      </p>
      <ul class="plain stack tight publications" ref={list}>
        {rows.map((publication) => (
          <PublicationRow key={publication.id} publication={publication} />
        ))}
      </ul>
      {hasNextPage && (
        <div>
          <Button busy={isFetchingNextPage} onClick={showMore}>
            {t.history.showMore}
          </Button>
        </div>
      )}
    </>
  );
}

/** The button that shows more goes with the last page: the keyboard goes on at the first line that is new. */
function useFocusOnNext(count: number) {
  const list = useRef<HTMLUListElement>(null);
  const next = useRef<number>();
  useEffect(() => {
    if (next.current === undefined || count <= next.current) return;
    list.current?.querySelectorAll<HTMLElement>("a.whole")[next.current]?.focus({ preventScroll: true });
    next.current = undefined;
  }, [count]);
  const focusNext = () => {
    next.current = count;
  };
  return [list, focusNext] as const;
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
