import { useMutation, useQuery, useQueryClient } from "@tanstack/preact-query";
import { arrival } from "../../arrival";
import { changeEmail, readAddresses } from "../../data/auth";
import { t } from "../../i18n";
import { useFreshSignIn } from "../../shell/fresh-sign-in";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Skeleton } from "../../ui/pieces";

const addressesKey = ["addresses"] as const;

export function EmailCard() {
  const { data, error, refetch } = useQuery({ queryKey: addressesKey, queryFn: readAddresses });
  return (
    <section class="card stack">
      <h2>{t.account.email}</h2>
      <Arrived />
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="11.4rem" />}
      {data && (
        <>
          <p>
            <strong>{data.email}</strong>
            <br />
            <span class="quiet">{t.account.emailText}</span>
          </p>
          {data.next && (
            <Banner title={t.account.emailWaiting(data.next)}>
              {t.account.emailWaitingText(data.email)}
            </Banner>
          )}
          <EmailForm now={data.email} />
        </>
      )}
    </section>
  );
}

/** Whoever comes here by a link of a mail. */
function Arrived() {
  switch (arrival()) {
    case "half_confirmed":
      return <Banner title={t.account.emailHalf}>{t.account.emailHalfText}</Banner>;
    case "signed_in":
      return <Banner tone="good" title={t.account.emailChanged} />;
    case "expired":
    case "failed":
      return (
        <Banner tone="warn" title={t.account.emailLinkFailed}>
          {t.account.emailLinkFailedText}
        </Banner>
      );
    default:
      return null;
  }
}

function EmailForm({ now }: { now: string }) {
  const queries = useQueryClient();
  const { through, dialog } = useFreshSignIn();
  const { mutate, isPending, isSuccess, variables, error } = useMutation({
    mutationFn: (email: string) => through(() => changeEmail(email)),
    onSuccess: () => queries.invalidateQueries({ queryKey: addressesKey }),
  });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        mutate(String(new FormData(event.currentTarget).get("email")).trim());
      }}
    >
      {error && <ProblemBanner error={error} />}
      {isSuccess && (
        <Banner tone="good" title={t.account.emailSent}>
          {t.account.emailSentText(now, variables)}
        </Banner>
      )}
      <TextField label={t.account.newEmail} name="email" type="email" autocomplete="email" required />
      <div>
        <Button type="submit" busy={isPending}>
          {t.account.changeEmail}
        </Button>
      </div>
      {dialog}
    </form>
  );
}
