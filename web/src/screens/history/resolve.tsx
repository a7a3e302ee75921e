import { useState } from "preact/hooks";
import { useResolve } from "../../data/follow";
import { mayEdit } from "../../data/projects";
import type { Followed } from "../../data/publications";
import { t } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { platformName } from "./names";
import { OpenPlatform } from "./open-link";
import { answerFrom } from "./standing";
import { useIsPast } from "./use-is-past";

/** After a doubt: look on the platform, and say what is there. */
export function ResolveActions({ publication }: { publication: Followed }) {
  const { project } = useHere();
  const [saying, setSaying] = useState<boolean>();
  const { isThere, isNotThere } = answerFrom(publication.platform, publication.steps);
  const mayBeThere = useIsPast(isThere);
  const mayBeMissing = useIsPast(isNotThere);
  if (!mayEdit(project.role)) return <p class="quiet">{t.history.lookViewer}</p>;
  return (
    <div class="stack">
      <p>{t.history.look(platformName(publication))}</p>
      <div class="row">
        <OpenPlatform platform={publication.platform} primary />
        <Button
          aria-disabled={!mayBeThere}
          aria-describedby={mayBeThere ? undefined : "there-from"}
          onClick={() => setSaying(true)}
        >
          {t.history.isThere}
        </Button>
        <Button
          aria-disabled={!mayBeMissing}
          aria-describedby={mayBeMissing ? undefined : isNotThere > isThere ? "missing-from" : "there-from"}
          onClick={() => setSaying(false)}
        >
          {t.history.isNotThere}
        </Button>
      </div>
      {!mayBeThere && (
        <p id="there-from" class="quiet small">
          {t.history.answerFrom(moment(isThere))}
        </p>
      )}
      {!mayBeMissing && isNotThere > isThere && (
        <p id="missing-from" class="quiet small">
          {t.history.notThereFrom(moment(isNotThere))}
        </p>
      )}
      {saying !== undefined && (
        <Saying publication={publication} posted={saying} onClose={() => setSaying(undefined)} />
      )}
    </div>
  );
}

function Saying({
  publication,
  posted,
  onClose,
}: {
  publication: Followed;
  posted: boolean;
  onClose: () => void;
}) {
  const { run, isPending, error } = useResolve(publication.id, onClose);
  return (
    <Dialog title={posted ? t.history.isThereTitle : t.history.isNotThereTitle} onClose={onClose}>
      <p>{posted ? t.history.isThereText : t.history.isNotThereText(platformName(publication))}</p>
      {!posted && <p>{t.history.isNotThereHint[publication.platform]}</p>}
      {error && <ProblemBanner error={error} />}
      <div class="row">
        <Button look="primary" busy={isPending} onClick={() => run(posted)}>
          {posted ? t.history.isThereYes : t.history.isNotThereYes}
        </Button>
        <Button onClick={onClose}>{t.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

const moment = (at: number): string => dateTime(new Date(at).toISOString());
