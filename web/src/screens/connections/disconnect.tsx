import { useQueryClient } from "@tanstack/preact-query";
import { useEffect, useRef } from "preact/hooks";
import { type Connection, disconnect, type Receipt, usePostsUnderWay } from "../../data/connections";
import { useOnce } from "../../data/once";
import { t } from "../../i18n";
import { counted, dateTime, number } from "../../i18n/format";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { accountName } from "../../ui/connection-words";
import { Dialog } from "../../ui/dialog";
import { revocationWords } from "./revocation";

/** First what will happen, then the receipt of what did. */
export function Disconnect({
  connection,
  onClose,
}: {
  connection: Connection;
  onClose: (isGone: boolean) => void;
}) {
  const queries = useQueryClient();
  const { run, isPending, error, data } = useOnce({
    mutationFn: () => disconnect(connection.id),
    onSuccess: () => void queries.invalidateQueries(),
  });
  if (data) {
    return (
      <Dialog title={t.connections.receipt.title} onClose={() => onClose(true)}>
        <ReceiptWords receipt={data} account={accountName(connection)} />
        <div class="row">
          <Button look="primary" onClick={() => onClose(true)}>
            {t.common.close}
          </Button>
        </div>
      </Dialog>
    );
  }
  const { leaving } = t.connections;
  return (
    <Dialog title={leaving.title(accountName(connection))} onClose={() => onClose(false)}>
      {error && <ProblemBanner error={error} />}
      <Consequences connection={connection} />
      <div class="row">
        <Button look="danger" busy={isPending} onClick={() => run()}>
          {leaving.confirm}
        </Button>
        <Button autofocus onClick={() => onClose(false)}>
          {leaving.keep}
        </Button>
      </div>
    </Dialog>
  );
}

function Consequences({ connection: { id, platform } }: { connection: Connection }) {
  const { leaving } = t.connections;
  const { data: posts = 0 } = usePostsUnderWay(id);
  return (
    <ul class="consequences">
      <li>
        <strong>{leaving.tokens}</strong> {leaving.account}
      </li>
      {posts > 0 && <li>{leaving.underWay(counted(posts, leaving.underWayOne, leaving.underWayOther))}</li>}
      <li>{platform === "instagram" ? leaving.historyInstagram : leaving.historyTiktok}</li>
      <li>{leaving.posts(t.common.platforms[platform])}</li>
      <li>{leaving.again}</li>
    </ul>
  );
}

function ReceiptWords({ receipt, account }: { receipt: Receipt; account: string }) {
  const words = t.connections.receipt;
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => top.current?.focus(), []);
  const name = t.common.platforms[receipt.platform];
  return (
    <div class="receipt stack" ref={top} tabIndex={-1}>
      <p>
        <strong>{account}</strong>
      </p>
      <dl class="facts">
        <dt>{words.at}</dt>
        <dd>{dateTime(receipt.disconnected_at)}</dd>
        <dt>{words.tokens}</dt>
        <dd>{number(receipt.tokens_deleted)}</dd>
        <dt>{words.platform(name)}</dt>
        <dd>{revocationWords({ ...receipt, cause: "user" })}</dd>
        <dt>{words.number}</dt>
        <dd class="mono">{receipt.id}</dd>
      </dl>
      <h3>{words.elsewhere(name)}</h3>
      <p>{receipt.remove_at_platform}</p>
      <p class="quiet small">
        <strong>{words.after}</strong> {receipt.then}
      </p>
    </div>
  );
}
