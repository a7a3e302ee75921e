import { t } from "../i18n";
import { Button } from "../ui/button";
import { Page } from "../ui/page";

export function Broken() {
  return (
    <main class="alone">
      <Page title={t.shell.brokenTitle} lead={t.shell.broken}>
        <div>
          <Button look="primary" onClick={() => location.reload()}>
            {t.shell.reload}
          </Button>
        </div>
      </Page>
    </main>
  );
}
