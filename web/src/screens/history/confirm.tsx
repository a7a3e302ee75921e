import { useState } from "preact/hooks";
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
  const [word, setWord] = useState<boolean>();
  const { run, isPending, error } = useConfirm(publication.id);
  if (!mayEdit(project.role)) return <p class="quiet">{t.history.confirmViewer}</p>;
  const say = (goOn: boolean) => {
    setWord(goOn);
    run(goOn);
  };
  return (
    <div class="stack">
      {error && <ProblemBanner error={error} />}
      <div class="row">
        <Button
          look="primary"
          busy={isPending && word === true}
          aria-disabled={isPending}
          onClick={() => say(true)}
        >
          {t.history.goOn}
        </Button>
        <Button busy={isPending && word === false} aria-disabled={isPending} onClick={() => say(false)}>
          {t.history.drop}
        </Button>
      </div>
    </div>
  );
}
