import { useState } from "preact/hooks";
import { useErasurePreview } from "../../data/erasure";
import { t } from "../../i18n";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Skeleton } from "../../ui/pieces";
import { EraseForm } from "./erase-form";
import { ErasurePreview } from "./erase-preview";

export function EraseSection() {
  const [looking, setLooking] = useState(false);
  return (
    <section class="card stack" id="erase">
      <h2>{t.rights.erase}</h2>
      <p>{t.rights.eraseText}</p>
      {looking ? (
        <Erasure onKeep={() => setLooking(false)} />
      ) : (
        <div>
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
        onRefused={() => void refetch()}
        onKeep={onKeep}
      />
    </>
  );
}
