import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { choicesKey, lift, restrict } from "../../data/choices";
import { requestsKey } from "../../data/requests";
import { t } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { useSignedIn } from "../../shell/session";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Confirm } from "./confirm";

/** Everything kept, nothing used. `since` is null while everything may be used. */
export function Restriction({ since }: { since: string | null }) {
  const { userId } = useSignedIn();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (on: boolean) => (on ? restrict(userId) : lift(userId)),
    onSettled: () =>
      Promise.all([choicesKey, requestsKey].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  return (
    <div class="stack tight lined" id="restriction">
      <h3>{t.rights.restriction}</h3>
      <p class="small quiet">{t.rights.restrictionText}</p>
      {error && <ProblemBanner error={error} />}
      {since && (
        <Banner tone="warn" title={t.rights.restrictionOn}>
          {t.rights.restrictionSince(dateTime(since))}
        </Banner>
      )}
      <div>
        <Button busy={isPending} onClick={() => (since ? mutate(false) : setAsking(true))}>
          {since ? t.rights.lift : t.rights.restrict}
        </Button>
      </div>
      <p class="only-spoken" role="status">
        {isSuccess && (since ? t.rights.restricted : t.rights.lifted)}
      </p>
      {asking && (
        <Confirm
          title={t.rights.restrictTitle}
          text={t.rights.restrictAsk}
          action={t.rights.restrict}
          onClose={() => setAsking(false)}
          onConfirm={() => mutate(true)}
        />
      )}
    </div>
  );
}
