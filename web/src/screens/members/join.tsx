import { useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { join, type Preview, usePreview } from "../../data/members";
import { useOnce } from "../../data/once";
import { projectsKey } from "../../data/projects";
import { t } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { invitationCode } from "../../invitation";
import { paths } from "../../paths";
import { ProblemBanner } from "../../ui/banner";
import { Button, LinkButton } from "../../ui/button";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/pieces";

/** Where an invitation's link leads. Nothing happens before one says so. */
export default function Join() {
  const [code] = useState(() => invitationCode());
  if (code) return <Invited code={code} />;
  return (
    <Page title={t.members.joinNoCode} lead={t.members.joinNoCodeText}>
      <div>
        <LinkButton href={paths.projects}>{t.shell.allProjects}</LinkButton>
      </div>
    </Page>
  );
}

function Invited({ code }: { code: string }) {
  const { data, error, refetch } = usePreview(code);
  return (
    <Page title={t.members.joinTitle} {...(data && { lead: t.members.joinLead(data.project_name) })}>
      {error && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="12rem" />}
      {data && !error && <Offer code={code} preview={data} />}
    </Page>
  );
}

function Offer({ code, preview }: { code: string; preview: Preview }) {
  const { members, common } = t;
  const { run, isPending, error } = useJoining(code);
  return (
    <div class="card stack">
      {error && <ProblemBanner error={error} />}
      <dl class="facts">
        <dt>{members.joinProject}</dt>
        <dd>
          <strong>{preview.project_name}</strong>
        </dd>
        <dt>{members.joinRole}</dt>
        <dd>
          {common.roles[preview.role]} <span class="quiet">{members.can[preview.role]}</span>
        </dd>
        <dt>{members.joinInvitedBy}</dt>
        <dd>{preview.invited_by ?? members.joinUnnamedInviter}</dd>
        <dt>{members.joinUntil}</dt>
        <dd>{dateTime(preview.expires_at)}</dd>
      </dl>
      <p class="quiet">{members.joinNames}</p>
      <div class="row">
        <Button look="primary" busy={isPending} onClick={() => run()}>
          {members.join}
        </Button>
        <LinkButton href={paths.projects}>{members.notNow}</LinkButton>
      </div>
    </div>
  );
}

function useJoining(code: string) {
  const { route } = useLocation();
  const queries = useQueryClient();
  return useOnce({
    mutationFn: () => join(code),
    onSuccess: async ({ project_id }) => {
      await queries.invalidateQueries({ queryKey: projectsKey });
      /* Replaced, so that the code does not stay in the history of the tab. */
      route(paths.publish(project_id), true);
    },
  });
}
