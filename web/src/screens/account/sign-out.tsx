import { useMutation } from "@tanstack/preact-query";
import { signOutEverywhere } from "../../data/auth";
import { t } from "../../i18n";
import { signOut } from "../../session";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";

export function SignOutCard() {
  const here = useMutation({ mutationFn: signOut });
  const everywhere = useMutation({ mutationFn: signOutEverywhere });
  return (
    <section class="card stack">
      <h2>{t.account.sessions}</h2>
      <p class="quiet">{t.account.sessionsText}</p>
      {everywhere.error && <ProblemBanner error={everywhere.error} />}
      <div class="row">
        <Button busy={here.isPending} onClick={() => here.mutate()}>
          {t.account.signOut}
        </Button>
        <Button busy={everywhere.isPending} onClick={() => everywhere.mutate()}>
          {t.account.signOutEverywhere}
        </Button>
      </div>
    </section>
  );
}
