import { type Connection, useLifetimes } from "../../data/connections";
import { mayEdit } from "../../data/projects";
import { useConnect } from "../../data/use-connect";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { type Platform, PlatformIcon } from "../../ui/platform-icon";
import { AccountRow } from "./account-row";
import { WhatIsRead } from "./what-is-read";

export const headingId = (platform: Platform): string => `${platform}-accounts`;

/** A platform: its accounts, the way to one more, and what is read of them. */
export function PlatformCard({
  platform,
  accounts: all,
  onDisconnect,
}: {
  platform: Platform;
  accounts: readonly Connection[];
  onDisconnect: (connection: Connection) => void;
}) {
  const { project } = useHere();
  const { data: lifetimes = [] } = useLifetimes(project.id);
  const name = t.common.platforms[platform];
  const accounts = all.filter((one) => one.platform === platform);
  return (
    <section class="card stack" aria-labelledby={headingId(platform)}>
      <h2 class="row" id={headingId(platform)} tabIndex={-1}>
        <PlatformIcon platform={platform} />
        {name}
      </h2>
      {accounts.length === 0 && <p class="quiet">{t.connections.none(name)}</p>}
      {accounts.length > 0 && (
        <ul class="plain accounts" aria-label={t.connections.accountsOf(name)}>
          {accounts.map((connection) => (
            <AccountRow
              key={connection.id}
              connection={connection}
              lifetime={lifetimes.find((one) => one.connection_id === connection.id)}
              onDisconnect={onDisconnect}
            />
          ))}
        </ul>
      )}
      <WhatIsRead platform={platform} isOpen={accounts.length === 0} />
      {mayEdit(project.role) && <Connect platform={platform} isFirst={accounts.length === 0} />}
    </section>
  );
}

function Connect({ platform, isFirst }: { platform: Platform; isFirst: boolean }) {
  const { project } = useHere();
  const { run, isPending, error } = useConnect(project.id);
  const { connect, connectAnother, connectHint } = t.connections;
  const name = t.common.platforms[platform];
  return (
    <div class="connect stack tight">
      {error && <ProblemBanner error={error} />}
      <div>
        <Button {...(isFirst && { look: "primary" })} busy={isPending} onClick={() => run(platform)}>
          {isFirst ? connect(name) : connectAnother(name)}
        </Button>
      </div>
      <p class="hint">{connectHint(name)}</p>
    </div>
  );
}
