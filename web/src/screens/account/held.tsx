import { type CaptionDay, useCaptionDays } from "../../data/held";
import { t } from "../../i18n";
import { date, number } from "../../i18n/format";
import { paths } from "../../paths";
import { ProblemBanner } from "../../ui/banner";
import { Skeleton } from "../../ui/pieces";

export function HeldSection() {
  const { data, error, refetch } = useCaptionDays();
  return (
    <section class="card stack" id="held">
      <h2>{t.rights.held}</h2>
      <p>{t.rights.heldText}</p>
      <p>
        <a href={paths.dataHeld}>{t.rights.heldLink}</a>
      </p>
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="1.5rem" />}
      {data && <Captions days={data} />}
    </section>
  );
}

function Captions({ days }: { days: readonly CaptionDay[] }) {
  if (days.length === 0) return <p class="quiet">{t.rights.noCaptions}</p>;
  return (
    <details>
      <summary>{t.rights.captions(days.reduce((sum, { used }) => sum + used, 0))}</summary>
      <dl class="facts small">
        {days.map(({ day, used }) => (
          <div key={day} class="fact">
            {/* The day is one of UTC, whatever the zone of whoever looks. */}
            <dt>{date(`${day}T12:00`)}</dt>
            <dd>{number(used)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
