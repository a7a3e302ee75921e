import type { ComponentChildren } from "preact";
import { asProblem } from "../api/problem";
import { t } from "../i18n";
import { relative } from "../i18n/format";
import { Button } from "./button";

export type Tone = "info" | "good" | "warn" | "bad";

/** `bad` is read out at once, the others when there is a pause. */
export function Banner({
  tone = "info",
  title,
  children,
}: {
  tone?: Tone;
  title?: string;
  children?: ComponentChildren;
}) {
  return (
    <div class={`banner ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {title && <strong>{title}</strong>}
      {children && <div class="words stack tight">{children}</div>}
    </div>
  );
}

/** What went wrong, what is still safe, and, where it helps, the button that tries again. */
export function ProblemBanner({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = asProblem(error);
  return (
    <Banner tone="bad" title={problem.title}>
      <p>{problem.detail}</p>
      {problem.fields.length > 0 && (
        <ul>
          {problem.fields.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              {field && <span class="mono">{field}: </span>}
              {message}
            </li>
          ))}
        </ul>
      )}
      {problem.retryAfter && (
        <p>{t.common.retryAfter(relative(new Date(Date.now() + problem.retryAfter * 1000).toISOString()))}</p>
      )}
      {onRetry && (
        <div>
          <Button small onClick={onRetry}>
            {t.common.tryAgain}
          </Button>
        </div>
      )}
    </Banner>
  );
}
