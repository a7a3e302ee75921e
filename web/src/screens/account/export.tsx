import { useQueryClient } from "@tanstack/preact-query";
import { type ExportRow, exportsKey, isThere, isUnderWay, startExport, useExports } from "../../data/exports";
import { useOnce } from "../../data/once";
import { requestsKey } from "../../data/requests";
import { t } from "../../i18n";
import { useFreshSignIn } from "../../shell/fresh-sign-in";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/field";
import { Skeleton } from "../../ui/pieces";
import { ExportProgress } from "./export-progress";
import { EarlierExports, ReadyExport } from "./exports";

export function ExportSection() {
  const { data, error, refetch } = useExports();
  return (
    <section class="card stack" id="export">
      <h2>{t.rights.export}</h2>
      <p>{t.rights.exportText}</p>
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="6.7rem" />}
      {data && <Exports exports={data} />}
    </section>
  );
}

/** One at a time: it is being made, or it can be asked for. */
function Exports({ exports }: { exports: readonly ExportRow[] }) {
  const underWay = exports.find(isUnderWay);
  const ready = exports.find((one) => isThere(one));
  const earlier = exports.filter((one) => one !== underWay && one !== ready);
  return (
    <>
      {underWay && <ExportProgress exportId={underWay.id} />}
      {ready && <ReadyExport found={ready} />}
      {!underWay && <AskForExport again={ready !== undefined} />}
      {earlier.length > 0 && <EarlierExports exports={earlier} />}
    </>
  );
}

function AskForExport({ again }: { again: boolean }) {
  const queries = useQueryClient();
  const { through, dialog } = useFreshSignIn();
  const { run, isPending, error } = useOnce({
    mutationFn: (withMedia: boolean) => through(() => startExport(withMedia)),
    onSuccess: () =>
      Promise.all([exportsKey, requestsKey].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        run(new FormData(event.currentTarget).has("media"));
      }}
    >
      {error && <ProblemBanner error={error} />}
      <Choice label={t.rights.withMedia} hint={t.rights.withMediaHint} name="media" defaultChecked />
      <div>
        <Button look={again ? "plain" : "primary"} type="submit" busy={isPending}>
          {again ? t.rights.anotherExport : t.rights.startExport}
        </Button>
      </div>
      {dialog}
    </form>
  );
}
