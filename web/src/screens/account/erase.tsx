import { useEffect, useRef, useState } from "preact/hooks";
import { useErasurePreview } from "../../data/erasure";
import { t } from "../../i18n";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Skeleton } from "../../ui/pieces";
import { EraseForm } from "./erase-form";
import { ErasurePreview } from "./erase-preview";

export function EraseSection() {
  const [looking, setLooking] = useState<boolean>();
  const begin = useRef<HTMLDivElement>(null);
  useEffect(() => {
    /* Not at first, but when somebody has decided otherwise. */
    if (looking === false) begin.current?.querySelector("button")?.focus();
  }, [looking]);
  return (
    <section class="card stack" id="erase">
      <h2>{t.rights.erase}</h2>
      <p>{t.rights.eraseText}</p>
      {looking ? (
        <Erasure onKeep={() => setLooking(false)} />
      ) : (
        <div ref={begin}>
          <Button onClick={() => setLooking(true)}>{t.rights.look}</Button>
        </div>
      )}
    </section>
  );
}

function Erasure({ onKeep }: { onKeep: () => void }) {
  const { data, error, refetch } = useErasurePreview();
  const [deleted, setDeleted] = useState<readonly string[]>([]);
  if (error && !data) return <ProblemBanner error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height="20rem" />;
  const blocking = data.projects.filter(({ fate }) => fate === "blocks").map(({ id }) => id);
  return (
    <>
      <ErasurePreview
        preview={data}
        deleted={deleted}
        onDelete={(id, yes) => setDeleted(yes ? [...deleted, id] : deleted.filter((one) => one !== id))}
      />
      <EraseForm
        deleted={deleted.filter((id) => blocking.includes(id))}
        undecided={blocking.some((id) => !deleted.includes(id))}
        onBlocked={() => void refetch()}
        onKeep={onKeep}
      />
    </>
  );
}
