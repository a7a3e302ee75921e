import { useEffect, useState } from "preact/hooks";
import { type Connection, useConnections, useLifetimes } from "../../data/connections";
import { usePeople } from "../../data/people";
import { mayEdit } from "../../data/projects";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/pieces";
import type { Platform } from "../../ui/platform-icon";
import "./connections.css";
import { Disconnect } from "./disconnect";
import { OutcomeBanner } from "./outcome-banner";
import { useNote } from "./outcome-note";
import { headingId, PlatformCard } from "./platform-card";
import { Receipts } from "./receipts";

export default function Connections() {
  const { project } = useHere();
  const { data, error, refetch } = useConnections(project.id);
  const isComplete = useIsComplete(project.id);
  const outcome = useNote(project.id);
  const [leaving, setLeaving] = useState<Connection | null>(null);
  const [gone, setGone] = useState<Connection | null>(null);
  /* The button that had the focus is gone with its account. */
  useEffect(() => {
    if (gone) document.getElementById(headingId(gone.platform))?.focus();
  }, [gone]);
  const close = (isGone: boolean) => {
    setLeaving(null);
    if (isGone) setGone(leaving);
  };
  return (
    <Page
      title={t.connections.title}
      lead={mayEdit(project.role) ? t.connections.lead : t.connections.viewer}
    >
      {outcome && <OutcomeBanner outcome={outcome} />}
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!isComplete && <Skeleton height="22rem" count={2} />}
      {isComplete && data && (
        <div class="platforms">
          <PlatformCard platform="instagram" accounts={data} onDisconnect={setLeaving} />
          <PlatformCard platform="tiktok" accounts={data} onDisconnect={setLeaving} />
        </div>
      )}
      {isComplete && (
        <>
          <Receipts />
          <AtThePlatform />
        </>
      )}
      {leaving && <Disconnect connection={leaving} onClose={close} />}
    </Page>
  );
}

/** Whatever makes a card taller is there, or will not come: nothing that is shown moves again. */
function useIsComplete(project: string): boolean {
  const parts = [useConnections(project), useLifetimes(project), usePeople(project)];
  return parts.every(({ isPending }) => !isPending);
}

/** Section 4.4 of the Data Policy. */
function AtThePlatform() {
  const { atPlatform } = t.connections;
  const platforms: readonly Platform[] = ["instagram", "tiktok"];
  return (
    <section class="below stack tight" aria-labelledby="at-the-platform">
      <h2 id="at-the-platform">{atPlatform.title}</h2>
      <p class="quiet">{atPlatform.lead}</p>
      <ul class="menus">
        {platforms.map((platform) => (
          <li key={platform}>{atPlatform[platform]}</li>
        ))}
      </ul>
      <p class="quiet small">{atPlatform.after}</p>
    </section>
  );
}
