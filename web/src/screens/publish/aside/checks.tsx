import { t } from "../../../i18n";
import { number, relative } from "../../../i18n/format";
import { Button } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import type { Post } from "../bodies";
import type { Check, Checks } from "../checker";
import type { Finding } from "../findings";
import { goTo } from "../places";

/** What stands in the way of the click, what may, and what nobody could say. */
export function CheckList({
  posts,
  checks,
  findings,
  onAgain,
}: {
  posts: readonly Post[];
  checks: Checks;
  findings: readonly Finding[];
  onAgain: () => void;
}) {
  const known = posts.flatMap((post) => checks.of.get(post.account.id) ?? []);
  const isAsking = known.some(({ isCurrent }) => !isCurrent) && checks.pausedUntil === null;
  return (
    <section class="card stack tight checks" aria-labelledby="checks">
      <header class="row apart">
        <h2 id="checks">{t.publish.checks.title}</h2>
        <Button look="plain" small busy={isAsking} onClick={onAgain}>
          {t.publish.checks.again}
        </Button>
      </header>
      <p role="status" class="summary">
        {summary(findings, known, isAsking)}
      </p>
      {checks.pausedUntil !== null && (
        <p class="small">{t.publish.checks.paused(relative(new Date(checks.pausedUntil).toISOString()))}</p>
      )}
      <ul class="plain stack tight">
        {findings.map((finding) => (
          <FindingRow
            key={`${finding.account} ${finding.code} ${finding.what}`}
            finding={finding}
            account={
              posts.length > 1 ? posts.find(({ account }) => account.id === finding.account) : undefined
            }
          />
        ))}
      </ul>
      {posts.map((post) => (
        <Notes
          key={post.account.id}
          account={posts.length > 1 ? post.account.name : null}
          check={checks.of.get(post.account.id)}
        />
      ))}
    </section>
  );
}

function summary(findings: readonly Finding[], known: readonly Check[], isAsking: boolean): string {
  const words = t.publish.checks;
  const blocking = findings.filter(({ blocks }) => blocks).length;
  if (blocking > 0) return words.mend(blocking);
  if (isAsking) return words.asking;
  if (findings.length > 0) return words.warnings(findings.length);
  const isKnown = known.every(({ isCurrent, answer }) => isCurrent && answer?.not_checked.length === 0);
  return isKnown && known.length > 0 ? words.ready : words.unchecked;
}

function FindingRow({ finding, account }: { finding: Finding; account: Post | undefined }) {
  const { what, fix, place, blocks } = finding;
  return (
    <li class={`finding ${blocks ? "blocks" : ""}`}>
      <Icon name={blocks ? "warning" : "question"} />
      <div class="stack tight">
        <p>
          {account && <span class="quiet">{account.account.name}: </span>}
          <strong>{what}</strong>
        </p>
        {fix && <p>{fix}</p>}
        <div>
          <Button
            look="plain"
            small
            aria-label={t.publish.checks.goThereFor(what)}
            onClick={() => goTo(place)}
          >
            {t.publish.checks.goThere}
          </Button>
        </div>
      </div>
    </li>
  );
}

/** What is good to know and stands in nobody's way. */
function Notes({ account, check }: { account: string | null; check: Check | undefined }) {
  const words = t.publish.checks;
  const { answer, problem } = check ?? {};
  const notes = [
    ...(answer?.quota ? [words.quota(number(answer.quota.used), number(answer.quota.total))] : []),
    ...(answer?.not_checked.map((name) => words.notChecked[name]) ?? []),
    ...(problem?.isPassing ? [words.failed] : []),
  ];
  return (
    <>
      {notes.map((note) => (
        <p key={note} class="small quiet">
          {account ? words.of(account, note) : note}
        </p>
      ))}
    </>
  );
}
