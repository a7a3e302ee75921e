import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { dateTime, relative } from "../i18n/format";

export type BadgeTone = "good" | "warn" | "bad" | "busy";

export function Badge({ tone, children }: { tone?: BadgeTone; children: ComponentChildren }) {
  return <span class={`badge ${tone ?? ""}`}>{children}</span>;
}

/** An empty screen says what belongs here and how to begin. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children && <p class="quiet">{children}</p>}
      {action}
    </div>
  );
}

/** Holds the place of what is coming, so that nothing jumps when it is there. */
export function Skeleton({ height, count = 1 }: { height: string; count?: number }) {
  return (
    <div class="stack" role="status" aria-label={t.common.loading}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class="skeleton" style={{ height }} />
      ))}
    </div>
  );
}

/** A moment as people say it; the exact one shows when a pointer rests on it. */
export function When({ at, exact = false }: { at: string; exact?: boolean }) {
  return (
    <time dateTime={at} title={dateTime(at)}>
      {exact ? dateTime(at) : relative(at)}
    </time>
  );
}

export function External({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
      <span class="only-spoken"> ({t.common.opensElsewhere})</span>
    </a>
  );
}
