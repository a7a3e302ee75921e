import { t } from "../i18n";
import { Banner } from "../ui/banner";
import { useOnline } from "../ui/use-online";

export function OfflineNote() {
  return useOnline() ? null : <Banner tone="warn" title={t.shell.offline} />;
}
