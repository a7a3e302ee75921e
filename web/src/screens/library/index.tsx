import { useContents } from "../../data/contents";
import { mayEdit } from "../../data/projects";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { DropVeil } from "../../ui/drop-veil";
import { FileButton } from "../../ui/file-button";
import { Page } from "../../ui/page";
import { Empty, Skeleton } from "../../ui/pieces";
import { ACCEPT } from "../../uploads/files";
import { useDroppedFiles } from "../../uploads/use-dropped-files";
import { Contents } from "./contents";
import { useNewContent } from "./use-new-content";
import "./library.css";

export default function Library() {
  const { project } = useHere();
  const { data, error, refetch } = useContents(project.id);
  const mayAdd = mayEdit(project.role);
  const adding = useNewContent(project.id);
  const held = useDroppedFiles(mayAdd && !adding.isPending ? adding.mutate : undefined);
  const actions = mayAdd && (
    <>
      <Button busy={adding.isPending} onClick={() => adding.mutate([])}>
        {t.library.newContent}
      </Button>
      <FileButton look="primary" accept={ACCEPT} busy={adding.isPending} onFiles={adding.mutate}>
        {t.library.add}
      </FileButton>
    </>
  );
  return (
    <Page title={t.library.title} lead={t.library.lead} actions={data?.length !== 0 && actions}>
      {held && <DropVeil title={t.library.drop} hint={t.library.dropHint} />}
      {!mayAdd && <Banner title={t.library.lookOnly} />}
      {adding.error && <ProblemBanner error={adding.error} />}
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="14rem" count={2} />}
      {data?.length === 0 && (
        <Empty title={t.library.emptyTitle} action={actions && <div class="row">{actions}</div>}>
          {mayAdd ? t.library.empty : t.library.emptyForViewers}
        </Empty>
      )}
      {data && data.length > 0 && <Contents project={project.id} contents={data} />}
    </Page>
  );
}
