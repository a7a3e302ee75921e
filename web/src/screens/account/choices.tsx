import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import {
  allow,
  type Choices,
  choicesKey,
  object,
  PURPOSES,
  type Purpose,
  useChoices,
} from "../../data/choices";
import { requestsKey } from "../../data/requests";
import { t } from "../../i18n";
import { date } from "../../i18n/format";
import { ProblemBanner } from "../../ui/banner";
import { Skeleton } from "../../ui/pieces";
import { Switch } from "../../ui/switch";
import { Confirm } from "./confirm";
import { Restriction } from "./restriction";

export function ChoicesSection() {
  const { data, error, refetch } = useChoices();
  return (
    <section class="card stack" id="choices">
      <h2>{t.rights.choices}</h2>
      <p>{t.rights.choicesText}</p>
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="5.6rem" count={4} />}
      {data && (
        <>
          <Purposes choices={data} />
          <Restriction since={data.restrictedSince} />
        </>
      )}
    </section>
  );
}

type Turn = { purpose: Purpose; on: boolean };

function Purposes({ choices }: { choices: Choices }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const turning = useMutation({
    mutationFn: ({ purpose, on }: Turn) => (on ? allow(purpose) : object(purpose)),
    onSettled: () =>
      Promise.all([choicesKey, requestsKey].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const turn = (wanted: Turn): void => {
    /* It cancels what waits, and that does not come back. */
    if (wanted.purpose === "publishing" && !wanted.on) setAsking(true);
    else turning.mutate(wanted);
  };
  return (
    <div class="lines">
      {PURPOSES.map((purpose) => (
        <PurposeSwitch
          key={purpose}
          purpose={purpose}
          since={choices.objections[purpose]}
          wanted={
            turning.isPending && turning.variables.purpose === purpose ? turning.variables.on : undefined
          }
          onTurn={turn}
        />
      ))}
      {turning.error && <ProblemBanner error={turning.error} />}
      <p class="only-spoken" role="status">
        {turning.isSuccess && said(turning.variables)}
      </p>
      {asking && (
        <Confirm
          title={t.rights.turnOffPublishing}
          text={t.rights.turnOffPublishingText}
          action={t.rights.turnOff}
          onClose={() => setAsking(false)}
          onConfirm={() => turning.mutate({ purpose: "publishing", on: false })}
        />
      )}
    </div>
  );
}

function said({ purpose, on }: Turn): string {
  const { name } = t.rights.purposes[purpose];
  return on ? t.rights.nowOn(name) : t.rights.nowOff(name);
}

/** `wanted` is what is being stored at this moment. */
function PurposeSwitch({
  purpose,
  since,
  wanted,
  onTurn,
}: {
  purpose: Purpose;
  since: string | undefined;
  wanted: boolean | undefined;
  onTurn: (wanted: Turn) => void;
}) {
  const { name, off } = t.rights.purposes[purpose];
  const on = wanted ?? since === undefined;
  return (
    <Switch
      label={name}
      hint={
        <>
          {off} {since && <strong>{t.rights.objectedSince(date(since))}</strong>}
        </>
      }
      state={on ? t.rights.allowed : t.rights.objected}
      on={on}
      busy={wanted !== undefined}
      onChange={(next) => onTurn({ purpose, on: next })}
    />
  );
}
