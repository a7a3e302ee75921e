import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { downloadExport, type ExportRow, exportsKey, isThere } from "../../data/exports";
import { requestsKey } from "../../data/requests";
import { t } from "../../i18n";
import { bytes, dateTime } from "../../i18n/format";
import { useFreshSignIn } from "../../shell/fresh-sign-in";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { When } from "../../ui/pieces";

export function ReadyExport({ found }: { found: ExportRow }) {
  const queries = useQueryClient();
  const { through, dialog } = useFreshSignIn();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => through(() => downloadExport(found.id)),
    onSettled: () =>
      Promise.all([exportsKey, requestsKey].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  return (
    <div class="sunken stack">
      <div class="row apart">
        <div class="stack tight" role="status">
          <strong>{t.rights.exportReady}</strong>
          <span class="quiet">
            {t.rights.exportReadyText(bytes(found.byte_size ?? 0), dateTime(found.expires_at ?? ""))}
          </span>
        </div>
        <Button look="primary" busy={isPending} onClick={() => mutate()}>
          {t.rights.download}
        </Button>
      </div>
      {error && <ProblemBanner error={error} />}
      {isSuccess && <Banner tone="good" title={t.rights.downloadStarted} />}
      <dl class="small">
        <dt>{t.rights.contentHash}</dt>
        <dd class="mono">{found.content_hash}</dd>
        <dd class="quiet">{t.rights.contentHashHint}</dd>
      </dl>
      {dialog}
    </div>
  );
}

export function EarlierExports({ exports }: { exports: readonly ExportRow[] }) {
  return (
    <details>
      <summary>{t.rights.earlier}</summary>
      <ul class="plain lines">
        {exports.map((one) => (
          <li key={one.id} class="row apart">
            <span>
              <When at={one.created_at} exact />, {one.with_media ? t.rights.media : t.rights.noMedia}
            </span>
            <span class="quiet">{became(one)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function became(one: ExportRow): string {
  if (isThere(one)) return t.rights.ready(dateTime(one.expires_at ?? ""));
  return one.state === "failed" ? t.rights.failed : t.rights.expired;
}
