import { useState } from "preact/hooks";
import { CONTACT } from "../../contact";
import { type Request, useRequests } from "../../data/requests";
import { t } from "../../i18n";
import { date, relative } from "../../i18n/format";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Badge, Skeleton, When } from "../../ui/pieces";
import { about } from "./request-words";

const SHOWN = 5;

export function RequestsSection() {
  const { data, error, refetch } = useRequests();
  return (
    <section class="card stack" id="requests">
      <h2>{t.rights.requests}</h2>
      <p>
        {t.rights.requestsText} {t.rights.byMail} <a href={`mailto:${CONTACT}`}>{CONTACT}</a>
      </p>
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="3.5rem" count={2} />}
      {data && <RequestList requests={data} />}
    </section>
  );
}

function RequestList({ requests }: { requests: readonly Request[] }) {
  const [all, setAll] = useState(false);
  if (requests.length === 0) return <p class="quiet">{t.rights.noRequests}</p>;
  return (
    <>
      <ul class="plain lines">
        {(all ? requests : requests.slice(0, SHOWN)).map((request) => (
          <RequestItem key={request.id} request={request} />
        ))}
      </ul>
      {!all && requests.length > SHOWN && (
        <div>
          <Button small onClick={() => setAll(true)}>
            {t.rights.showAll(requests.length)}
          </Button>
        </div>
      )}
    </>
  );
}

function RequestItem({ request }: { request: Request }) {
  return (
    <li class="stack tight">
      <div class="row apart">
        <strong>{t.rights.kinds[request.kind]}</strong>
        <Clock request={request} />
      </div>
      {about(request).map((words) => (
        <span key={words} class="small quiet">
          {words}
        </span>
      ))}
      <details class="small">
        <summary>
          {t.rights.history}
          <span class="only-spoken">: {t.rights.kinds[request.kind]}</span>
        </summary>
        <dl class="facts">
          {request.lines.map(({ id, event, at }) => (
            <div key={id} class="fact">
              <dt>{t.rights.events[event]}</dt>
              <dd>
                <When at={at} exact />
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

function Clock({ request: { outcome, dueAt, endedAt } }: { request: Request }) {
  if (outcome === "open") {
    const isLate = Date.parse(dueAt) < Date.now();
    return (
      <Badge tone={isLate ? "bad" : "busy"}>
        <span title={t.rights.dueBy(date(dueAt))}>
          {isLate ? t.rights.late : t.rights.open(relative(dueAt))}
        </span>
      </Badge>
    );
  }
  const words = outcome === "done" ? t.rights.doneAt : t.rights.refusedAt;
  return (
    <Badge tone={outcome === "done" ? "good" : "warn"}>
      {words} {endedAt && <When at={endedAt} />}
    </Badge>
  );
}
