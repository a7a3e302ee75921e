import { type Connection, useConnections } from "../../data/connections";
import { mayEdit } from "../../data/projects";
import { useConnect } from "../../data/use-connect";
import { t } from "../../i18n";
import { list } from "../../i18n/format";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button, LinkButton } from "../../ui/button";
import { accountName } from "../../ui/connection-words";
import { lastConnected, type Outcome, told } from "./outcomes";

/** What became of a connect, above the accounts it was about, with the way on. */
export function OutcomeBanner({ outcome }: { outcome: Outcome }) {
  const { project } = useHere();
  const { userId } = useSignedIn();
  const { data } = useConnections(project.id);
  if (!data) return null;
  const connected = lastConnected(data, outcome.platform, userId);
  const { title, detail, tone, mayTryAgain } = told(outcome, connected && accountName(connected));
  return (
    <Banner tone={tone} title={title}>
      <p>{detail}</p>
      {tone === "good" && <StillOut connections={data} outcome={outcome} />}
      <div class="row">
        {tone === "good" && (
          <LinkButton look="primary" small href={paths.publish(project.id)}>
            {t.connections.outcome.publish}
          </LinkButton>
        )}
        {mayTryAgain && mayEdit(project.role) && <TryAgain outcome={outcome} />}
      </div>
    </Banner>
  );
}

function TryAgain({ outcome }: { outcome: Outcome }) {
  const { run, isPending, error } = useConnect(outcome.project);
  return (
    <div class="stack tight">
      {error && <ProblemBanner error={error} />}
      <div>
        <Button small busy={isPending} onClick={() => run(outcome.platform)}>
          {t.common.tryAgain}
        </Button>
      </div>
    </div>
  );
}

/** Whoever wanted to reconnect one account may have chosen another on the platform's page. */
function StillOut({ connections, outcome }: { connections: Connection[]; outcome: Outcome }) {
  const out = connections.filter(
    ({ platform, status }) => platform === outcome.platform && status === "needs_reconnect",
  );
  if (out.length === 0) return null;
  return (
    <p>{t.connections.outcome.stillOut(list(out.map(accountName)), t.common.platforms[outcome.platform])}</p>
  );
}
