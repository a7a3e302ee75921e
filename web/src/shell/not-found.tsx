import { t } from "../i18n";
import { paths } from "../paths";
import { LinkButton } from "../ui/button";
import { Page } from "../ui/page";

export function NotFound() {
  return (
    <Page title={t.shell.notFoundTitle} lead={t.shell.notFound}>
      <div>
        <LinkButton href={paths.home}>{t.shell.home}</LinkButton>
      </div>
    </Page>
  );
}
