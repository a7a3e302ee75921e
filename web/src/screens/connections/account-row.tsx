import type { Connection, Lifetime } from "../../data/connections";
import { mayEdit } from "../../data/projects";
import { useConnect } from "../../data/use-connect";
import { t } from "../../i18n";
import { date, relative } from "../../i18n/format";
import { known } from "../../i18n/known";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { accountName, reasonWords } from "../../ui/connection-words";
import { Badge } from "../../ui/pieces";
import { type Health, healthOf } from "./health";
import { useNameOf } from "./use-name-of";

type Account = { connection: Connection; lifetime: Lifetime | undefined };

/** One connected account: who it is, how it is, and what can be done with it. */
export function AccountRow({
  connection,
  lifetime,
  onDisconnect,
}: Account & { onDisconnect: (connection: Connection) => void }) {
  const health = healthOf(connection, lifetime);
  return (
    <li class="account stack tight" id={`account-${connection.id}`}>
      <div class="row apart">
        <h3>{accountName(connection)}</h3>
        <HealthBadge health={health} />
      </div>
      <Facts connection={connection} health={health} />
      <HealthWords connection={connection} health={health} />
      <Actions {...{ connection, health, onDisconnect }} />
    </li>
  );
}

function HealthBadge({ health }: { health: Health }) {
  const words = t.connections.health;
  if (health.kind === "reconnect") return <Badge tone="bad">{words.reconnect}</Badge>;
  if (health.kind === "runsOut") return <Badge tone="warn">{words.runsOut}</Badge>;
  return <Badge tone="good">{words.connected}</Badge>;
}

function Facts({ connection, health }: { connection: Connection; health: Health }) {
  const { facts, types, connectedBy, connectedByFormer } = t.connections;
  const nameOf = useNameOf();
  const who = nameOf(connection.connected_by);
  const when = relative(connection.connected_at);
  const access = accessWords(health);
  return (
    <dl class="facts small">
      {connection.account_type && (
        <>
          <dt>{facts.type}</dt>
          <dd>{known(types, connection.account_type) ?? connection.account_type}</dd>
        </>
      )}
      <dt>{facts.connected}</dt>
      <dd>
        {who && connectedBy(when, who)}
        {who === null && connectedByFormer(when)}
        {who === undefined && when}
      </dd>
      {access && (
        <>
          <dt>{facts.access}</dt>
          <dd>{access}</dd>
        </>
      )}
    </dl>
  );
}

function accessWords(health: Health): string | null {
  const { renews, runsOut, ranOut } = t.connections;
  if (health.kind === "renews") return renews(date(health.until));
  if (health.kind === "runsOut") return (health.isOver ? ranOut : runsOut)(date(health.on));
  return null;
}

function HealthWords({ connection, health }: { connection: Connection; health: Health }) {
  const words = t.connections;
  if (health.kind === "runsOut") return <p class="note warn">{words.notRenewed}</p>;
  if (health.kind !== "reconnect") return null;
  return (
    <div class="note bad">
      <p>
        <strong>{reasonWords(health.reason, connection.platform)}</strong>{" "}
        <span>{words.since(relative(health.since))}</span>
      </p>
      {health.removedOn && (
        <p>
          {words.tokensGone} {words.removedOn(date(health.removedOn))}
        </p>
      )}
    </div>
  );
}

function Actions({
  connection,
  health,
  onDisconnect,
}: {
  connection: Connection;
  health: Health;
  onDisconnect: (connection: Connection) => void;
}) {
  const { project } = useHere();
  const { userId } = useSignedIn();
  const { run, isPending, error } = useConnect(project.id);
  const mayConnect = mayEdit(project.role);
  if (!mayConnect && connection.connected_by !== userId) return null;
  const name = accountName(connection);
  const isWell = health.kind === "connected" || health.kind === "renews";
  return (
    <>
      {error && <ProblemBanner error={error} />}
      <div class="row">
        {mayConnect && !isWell && (
          <Button
            look="primary"
            small
            busy={isPending}
            aria-label={t.access.reconnectOf(name)}
            onClick={() => run(connection.platform)}
          >
            {t.access.reconnect}
          </Button>
        )}
        <Button small aria-label={t.connections.disconnectOf(name)} onClick={() => onDisconnect(connection)}>
          {t.connections.disconnect}
        </Button>
      </div>
    </>
  );
}
