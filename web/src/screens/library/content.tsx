import { useRoute } from "preact-iso";
import { type Content, isGone, useContent } from "../../data/contents";
import { mayEdit, type Project } from "../../data/projects";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { Banner, ProblemBanner } from "../../ui/banner";
import { LinkButton } from "../../ui/button";
import { DropVeil } from "../../ui/drop-veil";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/pieces";
import { startUploads } from "../../uploads/store";
import { useDroppedFiles } from "../../uploads/use-dropped-files";
import { DeleteContent } from "./delete-content";
import { Files } from "./files";
import { FitCard } from "./fit";
import { WordsForm, WordsShown } from "./words-form";
import "./content.css";

export default function ContentScreen() {
  const { project } = useHere();
  const id = useRoute().params.content ?? "";
  const { data, error, refetch } = useContent(id);
  const isElsewhere = data && data.project_id !== project.id;
  if (isElsewhere || (error && !data && isGone(error))) return <Gone project={project.id} />;
  if (error && !data) return <ProblemBanner error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height="12rem" count={3} />;
  return <Shown key={data.id} content={data} project={project} />;
}

function Gone({ project }: { project: string }) {
  return (
    <Page title={t.library.notThere} lead={t.library.notThereText}>
      <div>
        <LinkButton href={paths.library(project)}>{t.library.back}</LinkButton>
      </div>
    </Page>
  );
}

function Shown({ content, project }: { content: Content; project: Project }) {
  const mayChange = mayEdit(project.role);
  const place = { project: project.id, content: content.id };
  const held = useDroppedFiles(mayChange ? (files) => startUploads(place, files) : undefined);
  const ready = content.media.filter(({ state }) => state === "ready");
  return (
    <Page
      title={content.title}
      lead={<a href={paths.library(project.id)}>{t.library.back}</a>}
      actions={
        mayChange &&
        ready.length > 0 && (
          <LinkButton look="primary" href={paths.publish(project.id, content.id)}>
            {t.library.publish}
          </LinkButton>
        )
      }
    >
      {held && <DropVeil title={t.library.drop} />}
      {!mayChange && <Banner title={t.library.lookOnly} />}
      <div class="content-parts">
        <Files content={content} mayAdd={mayChange} />
        <div class="stack">
          {mayChange ? <WordsForm content={content} /> : <WordsShown content={content} />}
          {ready.length > 0 && <FitCard media={ready} />}
        </div>
      </div>
      {mayChange && <DeleteContent content={content} />}
    </Page>
  );
}
