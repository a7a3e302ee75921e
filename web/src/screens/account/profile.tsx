import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { LONGEST_NAME, profileKey, saveName, useName } from "../../data/profile";
import { requestsKey } from "../../data/requests";
import { t } from "../../i18n";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Skeleton } from "../../ui/pieces";

export function ProfileCard() {
  const { data, error, refetch } = useName();
  return (
    <section class="card stack">
      <h2>{t.account.profile}</h2>
      {error && data === undefined && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {data === undefined && !error && <Skeleton height="9.2rem" />}
      {data !== undefined && <NameForm name={data ?? ""} />}
    </section>
  );
}

function NameForm({ name }: { name: string }) {
  const queries = useQueryClient();
  const { mutate, isPending, isSuccess, error, reset } = useMutation({
    mutationFn: saveName,
    onSuccess: () =>
      Promise.all([profileKey, requestsKey].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        mutate(String(new FormData(event.currentTarget).get("name")));
      }}
    >
      {error && <ProblemBanner error={error} />}
      <TextField
        label={t.account.name}
        hint={t.account.nameHint}
        name="name"
        autocomplete="name"
        maxLength={LONGEST_NAME}
        defaultValue={name}
        onInput={reset}
      />
      <div class="row">
        <Button type="submit" busy={isPending}>
          {t.common.save}
        </Button>
        {isSuccess && <Banner tone="good" title={t.common.saved} />}
      </div>
    </form>
  );
}
