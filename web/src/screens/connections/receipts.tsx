import { useState } from "preact/hooks";
import { useReceipts } from "../../data/connections";
import { t } from "../../i18n";
import { number } from "../../i18n/format";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Skeleton, When } from "../../ui/pieces";
import { PlatformIcon } from "../../ui/platform-icon";
import { type PastReceipt, receiptsOf } from "./past-receipts";
import { useNameOf } from "./use-name-of";

const SHOWN_AT_FIRST = 5;

/** Every time that tokens were deleted, newest first. */
export function Receipts() {
  const { project } = useHere();
  const { data, error, refetch } = useReceipts(project.id);
  const { title, lead, none } = t.connections.past;
  return (
    <section class="below stack" aria-labelledby="receipts">
      <div class="stack tight">
        <h2 id="receipts">{title}</h2>
        <p class="quiet">{lead}</p>
      </div>
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="4rem" />}
      {data && <Past receipts={receiptsOf(data)} none={none} />}
    </section>
  );
}

function Past({ receipts, none }: { receipts: PastReceipt[]; none: string }) {
  const [all, showAll] = useState(false);
  if (receipts.length === 0) return <p class="quiet">{none}</p>;
  return (
    <>
      <ul class="plain stack tight">
        {(all ? receipts : receipts.slice(0, SHOWN_AT_FIRST)).map((receipt) => (
          <PastRow key={receipt.id} receipt={receipt} />
        ))}
      </ul>
      {!all && receipts.length > SHOWN_AT_FIRST && (
        <div>
          <Button small look="plain" onClick={() => showAll(true)}>
            {t.connections.past.all(number(receipts.length))}
          </Button>
        </div>
      )}
    </>
  );
}

function PastRow({ receipt }: { receipt: PastReceipt }) {
  const { past } = t.connections;
  const nameOf = useNameOf();
  return (
    <li class="past card">
      <PlatformIcon platform={receipt.platform} />
      <div class="stack tight">
        <p>
          <strong>{receipt.what(nameOf)}</strong>
        </p>
        <dl class="facts small">
          <dt>{past.platform}</dt>
          <dd>{t.common.platforms[receipt.platform]}</dd>
          <dt>{past.when}</dt>
          <dd>
            <When at={receipt.at} exact />
          </dd>
          <dt>{past.tokens}</dt>
          <dd>{number(receipt.tokens)}</dd>
          {receipt.told && (
            <>
              <dt>{past.told}</dt>
              <dd>{receipt.told}</dd>
            </>
          )}
        </dl>
      </div>
    </li>
  );
}
