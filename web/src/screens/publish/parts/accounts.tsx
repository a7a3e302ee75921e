import type { Connection } from "../../../data/connections";
import { t } from "../../../i18n";
import { paths } from "../../../paths";
import { accountName, reasonWords } from "../../../ui/connection-words";
import { Choice } from "../../../ui/field";
import { PlatformIcon } from "../../../ui/platform-icon";
import type { Editing } from "../editing";
import { places } from "../places";

export function ChooseAccounts({
  draft,
  change,
  project,
  connections,
}: Editing & { project: string; connections: readonly Connection[] }) {
  const choose = (id: string, isChosen: boolean) => {
    const others = draft.accounts.filter((one) => one !== id);
    change({ ...draft, accounts: isChosen ? [...others, id] : others });
  };
  return (
    <fieldset class="card stack tight" id={places.accounts}>
      <legend>
        <h2>{t.publish.accounts.title}</h2>
      </legend>
      {connections.map((connection) =>
        connection.status === "active" ? (
          <Choice
            key={connection.id}
            label={<AccountLabel connection={connection} />}
            checked={draft.accounts.includes(connection.id)}
            onChange={(event) => choose(connection.id, event.currentTarget.checked)}
          />
        ) : (
          <NeedsReconnect key={connection.id} {...{ project, connection }} />
        ),
      )}
    </fieldset>
  );
}

function AccountLabel({ connection }: { connection: Connection }) {
  return (
    <span class="account">
      <PlatformIcon platform={connection.platform} />
      <span>
        <strong>{accountName(connection)}</strong>{" "}
        <span class="quiet">{t.common.platforms[connection.platform]}</span>
      </span>
    </span>
  );
}

/** Shown all the same: whoever looks for the account finds out why it cannot be chosen. */
function NeedsReconnect({ project, connection }: { project: string; connection: Connection }) {
  const { reconnect, reconnectOf } = t.publish.accounts;
  return (
    <Choice
      label={<AccountLabel connection={connection} />}
      disabled
      hint={
        <>
          {reasonWords(connection.status_reason ?? "", connection.platform)}{" "}
          <a href={paths.connections(project)} aria-label={reconnectOf(accountName(connection))}>
            {reconnect}
          </a>
        </>
      }
    />
  );
}
