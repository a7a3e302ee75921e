import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useRef, useState } from "preact/hooks";
import { signOutElsewhere } from "../../data/auth";
import { type SignIn, signInsKey, useSignIns } from "../../data/held";
import { t } from "../../i18n";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Badge, Skeleton, When } from "../../ui/pieces";
import { browserName } from "./browser-name";
import { Confirm } from "./confirm";

const SHOWN = 5;

export function SignInsSection() {
  const { data, error, refetch } = useSignIns();
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <section class="card stack" id="sign-ins">
      <h2 ref={heading} tabIndex={-1}>
        {t.rights.signIns}
      </h2>
      <p>{t.rights.signInsText}</p>
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="8rem" />}
      {data && <SignInList signIns={data} />}
      {data && (
        <SignOutElsewhere
          offered={data.some((one) => !one.is_current)}
          onNothingLeft={() => heading.current?.focus()}
        />
      )}
    </section>
  );
}

function SignInList({ signIns }: { signIns: readonly SignIn[] }) {
  const [all, setAll] = useState(false);
  if (signIns.length === 0) return <p class="quiet">{t.rights.noSignIns}</p>;
  return (
    <>
      <ul class="plain lines">
        {(all ? signIns : signIns.slice(0, SHOWN)).map((signIn, index) => (
          <SignInItem key={index} signIn={signIn} />
        ))}
      </ul>
      {!all && signIns.length > SHOWN && (
        <div>
          <Button small onClick={() => setAll(true)}>
            {t.rights.showAll(signIns.length)}
          </Button>
        </div>
      )}
    </>
  );
}

function SignInItem({ signIn: { since, last_used_at, user_agent, ip, is_current } }: { signIn: SignIn }) {
  const name = browserName(user_agent);
  return (
    <li class="stack tight">
      <div class="row apart">
        <strong>{name}</strong>
        {is_current && <Badge tone="good">{t.rights.thisBrowser}</Badge>}
      </div>
      <dl class="facts small">
        <dt>{t.rights.ipAddress}</dt>
        <dd class={ip ? "mono" : ""}>{ip ?? t.rights.notKnown}</dd>
        <dt>{t.rights.signedInAt}</dt>
        <dd>
          <When at={since} exact />
        </dd>
        <dt>{t.rights.lastUsed}</dt>
        <dd>
          <When at={last_used_at} />
        </dd>
      </dl>
      {user_agent && (
        <details class="small">
          <summary>
            {t.rights.fullName}
            <span class="only-spoken">: {name}</span>
          </summary>
          <p class="mono">{user_agent}</p>
        </details>
      )}
    </li>
  );
}

/** What came of it is said also when there is nothing left to offer. */
function SignOutElsewhere({ offered, onNothingLeft }: { offered: boolean; onNothingLeft: () => void }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: signOutElsewhere,
    onSettled: () => queries.invalidateQueries({ queryKey: signInsKey }),
  });
  /* The button that had the focus is gone with what it was for. */
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (isSuccess && !offered) onNothingLeft();
  }, [isSuccess, offered]);
  return (
    <>
      {error && <ProblemBanner error={error} />}
      {isSuccess && (
        <Banner tone="good" title={t.rights.signedOutElsewhere}>
          {t.rights.signedOutElsewhereText}
        </Banner>
      )}
      {offered && (
        <div>
          <Button busy={isPending} onClick={() => setAsking(true)}>
            {t.rights.signOutElsewhere}
          </Button>
        </div>
      )}
      {asking && (
        <Confirm
          title={t.rights.signOutElsewhereTitle}
          text={t.rights.signOutElsewhereAsk}
          action={t.rights.signOutElsewhere}
          onClose={() => setAsking(false)}
          onConfirm={() => mutate()}
        />
      )}
    </>
  );
}
