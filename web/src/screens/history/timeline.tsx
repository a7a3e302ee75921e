import { Fragment } from "preact";
import type { Held } from "../../data/follow";
import { isMoving } from "../../data/pace";
import type { Followed, Step } from "../../data/publications";
import { t } from "../../i18n";
import { clockTime, date, dateTime } from "../../i18n/format";
import { known } from "../../i18n/known";
import { byDay } from "./by-day";

/** Every step, when it was made, and on demand what the platform called it. */
export function Timeline({ publication, held }: { publication: Followed; held: Held | undefined }) {
  const days = byDay(publication.steps, date);
  const latest = isMoving(publication) && !held ? publication.steps.at(-1) : undefined;
  return (
    <section class="card stack" aria-labelledby="timeline">
      <div class="stack tight">
        <h2 id="timeline">{t.history.timeline}</h2>
        <p class="quiet small">{t.history.timelineLead}</p>
      </div>
      {days.map(({ day, of }) => (
        <div key={day} class="stack tight">
          <h3 class="quiet small">{day}</h3>
          <ol class="plain timeline">
            {of.map((step) => (
              <OneStep key={step.id} step={step} isLatest={step === latest} />
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}

function OneStep({ step, isLatest }: { step: Step; isLatest: boolean }) {
  const { event, at, detail } = step;
  const codes = Object.entries(detail);
  return (
    <li class={`step ${step.state} ${isLatest ? "latest" : ""}`}>
      <span>{known(t.steps, event) ?? event}</span>
      <time class="quiet small" dateTime={at} title={dateTime(at)}>
        {clockTime(at)}
      </time>
      {codes.length > 0 && (
        <details class="small quiet">
          <summary>{t.history.codes}</summary>
          <dl class="facts mono" translate={false}>
            {codes.map(([name, value]) => (
              <Fragment key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </Fragment>
            ))}
          </dl>
        </details>
      )}
    </li>
  );
}
