import { useEffect, useRef } from "preact/hooks";
import type { Held } from "../../data/follow";
import type { Followed } from "../../data/publications";
import { reasonOf } from "../../data/reasons";
import { t } from "../../i18n";
import { known } from "../../i18n/known";
import { ConfirmActions } from "./confirm";
import { FailedActions } from "./failed-actions";
import { platformName } from "./names";
import { OpenLink, OpenPlatform } from "./open-link";
import { ResolveActions } from "./resolve";
import { isLinkForgotten, type Standing } from "./standing";
import { StateBadge, toneOf } from "./state-badge";

type Shown = { publication: Followed; standing: Standing; held: Held | undefined };

/** Where it is, what that means, and the one thing to do. What changes by itself is read out when there is a pause. */
export function Outcome({ publication, standing, held }: Shown) {
  const heading = useFocusWhenLost(standing);
  const told = reasonOf(publication.reason)?.words;
  return (
    <section class={`card stack outcome ${toneOf(standing) ?? ""}`} aria-labelledby="outcome">
      <div class="stack tight" aria-live="polite">
        <h2 id="outcome" class="row" tabIndex={-1} ref={heading}>
          <StateBadge standing={standing} size={18} />
        </h2>
        {wordsOf({ publication, standing, held }).map((sentence) => (
          <p key={sentence} class={sentence === told ? "told" : undefined}>
            {sentence}
          </p>
        ))}
      </div>
      <Actions publication={publication} standing={standing} />
    </section>
  );
}

/** What somebody had just used may be gone with the state it was for. */
function useFocusWhenLost(standing: Standing) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(standing);
  useEffect(() => {
    if (before.current === standing) return;
    before.current = standing;
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [standing]);
  return heading;
}

function Actions({ publication, standing }: { publication: Followed; standing: Standing }) {
  if (standing === "failed") return <FailedActions publication={publication} />;
  if (standing === "unknown") return <ResolveActions publication={publication} />;
  if (standing === "needs_confirmation") return <ConfirmActions publication={publication} />;
  if (standing !== "published") return null;
  const { permalink, platform } = publication;
  return (
    <div class="row">
      {permalink ? (
        <OpenLink href={permalink} label={t.history.openPost(platformName(publication))} primary />
      ) : (
        <OpenPlatform platform={platform} />
      )}
    </div>
  );
}

function wordsOf({ publication, standing, held }: Shown): string[] {
  const platform = platformName(publication);
  const reason = reasonOf(publication.reason);
  switch (standing) {
    case "published":
      return [
        publication.reason === "confirmed_by_user"
          ? t.history.publishedByWord
          : t.history.published(platform),
        ...(publication.permalink ? [] : [missingLink(publication)]),
      ];
    case "failed":
      return reason ? [reason.words, t.history.who[reason.who]] : [];
    case "unknown":
      return [
        t.history.unknown(platform),
        ...(reason && publication.reason !== "outcome_unclear" ? [reason.words] : []),
        askingOf(publication, held),
      ];
    case "switched_off":
      return [t.history.switchedOff(platform)];
    case "needs_confirmation":
      return [t.history.confirm(platform)];
    default:
      return [t.history.underWay[publication.platform], ...latestStep(publication)];
  }
}

function missingLink(publication: Followed): string {
  return isLinkForgotten(publication) ? t.history.linkForgotten : t.history.noLink(platformName(publication));
}

function askingOf(publication: Followed, held: Held | undefined): string {
  const platform = platformName(publication);
  if (publication.next_step_at === null) return t.history.notAsking(platform);
  return held === "switched_off" ? t.history.switchedOffUnknown(platform) : t.history.stillAsking(platform);
}

function latestStep({ steps }: Followed): string[] {
  const words = known(t.steps, steps.at(-1)?.event ?? "");
  return words ? [t.history.latest(words)] : [];
}
