import { useQueryClient } from "@tanstack/preact-query";
import { useRef, useState } from "preact/hooks";
import { type Invitation, invitationsKey, useInvitations, withdraw } from "../../data/members";
import { useOnce } from "../../data/once";
import { t } from "../../i18n";
import { dateTime, relative } from "../../i18n/format";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Badge, Skeleton } from "../../ui/pieces";
import { Invite } from "./invite";
import { usePersonName } from "./use-person-name";

/** A new link, and those that are out. */
export function Invitations() {
  const { project } = useHere();
  const { data, error, refetch } = useInvitations(project.id);
  const [said, say] = useState("");
  const title = useRef<HTMLHeadingElement>(null);
  const onWithdrawn = () => {
    say(t.members.withdrawn);
    title.current?.focus();
  };
  return (
    <section class="card stack" aria-labelledby="invitations">
      <div class="stack tight">
        <h2 id="invitations" ref={title} tabIndex={-1}>
          {t.members.invitations}
        </h2>
        <p class="quiet">{t.members.invitationsLead}</p>
        <p role="status">{said && <strong>{said}</strong>}</p>
      </div>
      <Invite onMade={() => say("")} />
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="3rem" />}
      {data?.length === 0 && <p class="quiet">{t.members.noInvitations}</p>}
      {data && data.length > 0 && (
        <ul class="plain open-invitations">
          {data.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} onWithdrawn={onWithdrawn} />
          ))}
        </ul>
      )}
    </section>
  );
}

function InvitationRow({ invitation, onWithdrawn }: { invitation: Invitation; onWithdrawn: () => void }) {
  const { project } = useHere();
  const queries = useQueryClient();
  const nameOf = usePersonName();
  const { run, isPending, error } = useOnce({
    mutationFn: () => withdraw(invitation.id),
    onSuccess: onWithdrawn,
    /* Also when it failed: somebody may have accepted it meanwhile. */
    onSettled: () => queries.invalidateQueries({ queryKey: invitationsKey(project.id) }),
  });
  const { role, created_by, created_at, expires_at } = invitation;
  return (
    <li class="stack tight">
      {error && <ProblemBanner error={error} />}
      <div class="row apart">
        <div class="stack tight">
          <p class="row">
            <Badge>{t.common.roles[role]}</Badge>
            <span>{t.members.ends(relative(expires_at))}</span>
          </p>
          <p class="small quiet">{t.members.invitedBy(nameOf(created_by), relative(created_at))}</p>
        </div>
        <Button
          small
          busy={isPending}
          aria-label={t.members.withdrawOf(t.common.roles[role], dateTime(expires_at))}
          onClick={() => run()}
        >
          {t.members.withdraw}
        </Button>
      </div>
    </li>
  );
}
