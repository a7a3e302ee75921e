import { useQueryClient } from "@tanstack/preact-query";
import { useRef } from "preact/hooks";
import { dismiss, noticesKey, useNotices } from "../data/notices";
import { useOnce } from "../data/once";
import type { Open } from "../data/open-notices";
import { useProjects } from "../data/projects";
import { useConnect } from "../data/use-connect";
import { t } from "../i18n";
import { number } from "../i18n/format";
import { known } from "../i18n/known";
import { paths } from "../paths";
import { Banner, ProblemBanner } from "../ui/banner";
import { Button, LinkButton } from "../ui/button";
import { accountName, reasonWords } from "../ui/connection-words";
import "./notices.css";
import { useSignedIn } from "./session";

const SHOWN = 3;

/** What the person has to know, above every screen of a project. Without an answer from the server, nothing. */
export function Notices({ project }: { project: string }) {
  const { data = [] } = useNotices();
  const title = useRef<HTMLParagraphElement>(null);
  if (data.length === 0) return null;
  /* The button that had the focus goes with its notice. */
  const goOn = () => (title.current ?? document.querySelector<HTMLElement>("h1"))?.focus();
  return (
    <section class="notices" aria-labelledby="notices">
      <p class="label" id="notices" ref={title} tabIndex={-1}>
        {t.shell.noticesTitle}
      </p>
      {data.slice(0, SHOWN).map((notice) => (
        <NoticeBanner
          key={notice.ids[0]}
          notice={notice}
          isElsewhere={notice.project_id !== project}
          onDismissed={goOn}
        />
      ))}
      {data.length > SHOWN && <p class="small quiet">{t.notices.more(number(data.length - SHOWN))}</p>}
    </section>
  );
}

function NoticeBanner({
  notice,
  isElsewhere,
  onDismissed,
}: {
  notice: Open;
  isElsewhere: boolean;
  onDismissed: () => void;
}) {
  const queries = useQueryClient();
  const { data: projects = [] } = useProjects(useSignedIn().userId);
  const { run, isPending, error } = useOnce({
    mutationFn: () => dismiss(notice.ids),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: noticesKey });
      onDismissed();
    },
  });
  const project = projects.find(({ id }) => id === notice.project_id)?.name;
  const { title, detail } = wordsOf(notice);
  const whole = isElsewhere && project ? t.notices.inProject(project, title) : title;
  return (
    <Banner tone="warn" title={whole}>
      <p>{detail}</p>
      {error && <ProblemBanner error={error} />}
      <div class="row">
        <Action notice={notice} />
        <Button
          look="plain"
          small
          busy={isPending}
          aria-label={t.notices.dismissOf(whole)}
          onClick={() => run()}
        >
          {t.notices.dismiss}
        </Button>
      </div>
    </Banner>
  );
}

/** The one thing to do about it. */
function Action({ notice }: { notice: Open }) {
  if (notice.kind === "access_ended") return <Reconnect notice={notice} />;
  const isPost = notice.kind === "confirmation_needed" && notice.publication_id;
  return (
    <LinkButton
      small
      href={isPost ? paths.publication(notice.project_id, isPost) : paths.connections(notice.project_id)}
    >
      {isPost ? t.notices.decide : t.notices.look}
    </LinkButton>
  );
}

function Reconnect({ notice }: { notice: Open }) {
  const { run, isPending, error } = useConnect(notice.project_id);
  return (
    <>
      {error && <ProblemBanner error={error} />}
      <Button
        look="primary"
        small
        busy={isPending}
        aria-label={t.access.reconnectOf(accountOf(notice))}
        onClick={() => run(notice.platform)}
      >
        {t.notices.reconnect}
      </Button>
    </>
  );
}

function wordsOf(notice: Open): { title: string; detail: string } {
  const { kind, platform, cause } = notice;
  const words = t.notices;
  const name = t.common.platforms[platform];
  if (kind === "confirmation_needed")
    return { title: words.confirmation_needed(name), detail: words.confirm };
  if (kind === "account_removed") {
    const why = known(words.removedBecause, cause) ?? words.removedOtherwise;
    return { title: words.account_removed(name), detail: why(name) };
  }
  return { title: words.access_ended(accountOf(notice)), detail: reasonWords(cause, platform) };
}

function accountOf({ platform, connection }: Open): string {
  return connection ? accountName(connection) : t.common.platforms[platform];
}
