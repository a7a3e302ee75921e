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
      {!data && !error && <Skeleton height="4.5rem" count={4} />}
      {data && (
        <>
          <Purposes choices={data} />
          <Restriction since={data.restrictedSince} />
        </>
      )}
    </section>
  );
}

function Purposes({ choices }: { choices: Choices }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { mutate, isPending, isSuccess, variables, error } = useMutation({
    mutationFn: ({ purpose, on }: { purpose: Purpose; on: boolean }) =>
      on ? allow(purpose) : object(purpose),
    onSettled: () =>
      Promise.all([choicesKey, requestsKey].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const turn = (purpose: Purpose, on: boolean): void => {
    /* It cancels what waits, and that does not come back. */
    if (purpose === "publishing" && !on) setAsking(true);
    else mutate({ purpose, on });
  };
  const said =
    variables && (variables.on ? t.rights.nowOn : t.rights.nowOff)(t.rights.purposes[variables.purpose].name);
  return (
    <div class="lines">
      {PURPOSES.map((purpose) => {
        const since = choices.objections[purpose];
        const isThis = isPending && variables.purpose === purpose;
        const on = isThis ? variables.on : since === undefined;
        return (
          <Switch
            key={purpose}
            label={t.rights.purposes[purpose].name}
            hint={
              <>
                {t.rights.purposes[purpose].off}{" "}
                {since && <strong>{t.rights.objectedSince(date(since))}</strong>}
              </>
            }
            state={on ? t.rights.allowed : t.rights.objected}
            on={on}
            busy={isThis}
            onChange={(wanted) => turn(purpose, wanted)}
          />
        );
      })}
      {error && <ProblemBanner error={error} />}
      <p class="only-spoken" role="status">
        {isSuccess && said}
      </p>
      {asking && (
        <Confirm
          title={t.rights.turnOffPublishing}
          text={t.rights.turnOffPublishingText}
          action={t.rights.turnOff}
          onClose={() => setAsking(false)}
          onConfirm={() => mutate({ purpose: "publishing", on: false })}
        />
      )}
    </div>
  );
}
