import { useEffect, useId, useRef } from "preact/hooks";
import { asProblem } from "../../../api/problem";
import { t } from "../../../i18n";
import { number } from "../../../i18n/format";
import { paths } from "../../../paths";
import { ProblemBanner } from "../../../ui/banner";
import { Button, LinkButton } from "../../../ui/button";
import { Skeleton } from "../../../ui/pieces";
import { useCaptions } from "./use-captions";
import { Variants } from "./variants";
import { WhatIsSent } from "./what-is-sent";

/** These end in the person's own settings and nowhere else. */
const OWN_DECISIONS = new Set(["captions_objected", "processing_restricted"]);

export default function CaptionPanel({
  contentId,
  onChoose,
  current,
  onClose,
}: {
  contentId: string;
  onChoose: (text: string) => void;
  current: string;
  onClose: () => void;
}) {
  const id = useId();
  const heading = useRef<HTMLElement>(null);
  const { shown, written, ask } = useCaptions(contentId);
  useEffect(() => heading.current?.focus(), []);
  const fields = written.data?.sent.fields ?? shown.data;
  return (
    <section class="card stack" aria-labelledby={id}>
      <header class="row apart">
        <strong id={id} ref={heading} tabIndex={-1}>
          {t.captions.title}
        </strong>
        <Button look="plain" small onClick={onClose}>
          {t.captions.close}
        </Button>
      </header>
      {shown.error && !shown.data && <Refusal error={shown.error} onRetry={() => void shown.refetch()} />}
      {shown.isPending && <Skeleton height="14rem" />}
      {fields && <WhatIsSent fields={fields} wasSent={Boolean(written.data)} />}
      {written.error && <Refusal error={written.error} />}
      {fields && (
        <div class="row">
          <Button look="primary" busy={written.isPending} onClick={ask}>
            {written.data ? t.captions.sendAgain : t.captions.send}
          </Button>
          <span class="small quiet" aria-live="polite">
            {written.isPending
              ? t.captions.writing
              : written.data && t.captions.remaining(number(written.data.remaining_today))}
          </span>
        </div>
      )}
      {written.data && (
        <Variants key={written.submittedAt} variants={written.data.variants} {...{ onChoose, current }} />
      )}
    </section>
  );
}

function Refusal({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = asProblem(error);
  return (
    <>
      <ProblemBanner error={problem} {...(onRetry && problem.isPassing && { onRetry })} />
      {OWN_DECISIONS.has(problem.code) && (
        <div>
          <LinkButton small href={paths.accountPrivacy}>
            {t.captions.privacy}
          </LinkButton>
        </div>
      )}
    </>
  );
}
