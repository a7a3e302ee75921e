import { useExportProgress } from "../../data/exports";
import { t } from "../../i18n";
import { ProblemBanner } from "../../ui/banner";

/** Of one that is being made, by whoever looks or by the system itself. */
export function ExportProgress({ exportId }: { exportId: string }) {
  const { data, error, refetch } = useExportProgress(exportId);
  return (
    <div class="sunken stack tight" role="status">
      <strong>{t.rights.exportUnderWay}</strong>
      <progress aria-label={t.rights.exportProgress} max={100} value={data?.progress ?? 0} />
      <p class="small quiet">{t.rights.exportUnderWayText}</p>
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
    </div>
  );
}
