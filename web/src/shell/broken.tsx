import { Problem } from "../api/problem";
import { t } from "../i18n";
import { ProblemBanner } from "../ui/banner";
import { Button } from "../ui/button";
import { Page } from "../ui/page";

const again = () => location.reload();

/** In place of everything: somebody does not answer, which passes, or something of ours is broken. */
export function Broken({ by }: { by?: unknown }) {
  return (
    <main class="alone">
      {by instanceof Problem ? <ProblemBanner error={by} onRetry={again} /> : <Stopped />}
    </main>
  );
}

function Stopped() {
  return (
    <Page title={t.shell.brokenTitle} lead={t.shell.broken}>
      <div>
        <Button look="primary" onClick={again}>
          {t.shell.reload}
        </Button>
      </div>
    </Page>
  );
}
