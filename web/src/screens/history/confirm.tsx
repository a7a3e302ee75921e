import { useConfirm } from "../../data/follow";
import { mayEdit } from "../../data/projects";
import type { Publication } from "../../data/publications";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";

/** Nothing goes out, and nothing is called off, without this word. */
export function ConfirmActions({ publication }: { publication: Publication }) {
  const { project } = useHere();
  const { mutate, isPending, variables, error } = useConfirm(publication.id);
  if (!mayEdit(project.role)) return <p class="quiet">{t.history.confirmViewer}</p>;
  const say = (goOn: boolean) => !isPending && mutate(goOn);
  return (
    <div class="stack">
      {error && <ProblemBanner error={error} />}
      <div class="row">
        <Button
          look="primary"
          busy={isPending && variables}
          aria-disabled={isPending}
          onClick={() => say(true)}
        >
          {t.history.goOn}
        </Button>
        <Button busy={isPending && !variables} aria-disabled={isPending} onClick={() => say(false)}>
          {t.history.drop}
        </Button>
      </div>
    </div>
  );
}
