import { useRef, useState } from "preact/hooks";
import type { Media } from "../../../data/contents";
import { t } from "../../../i18n";
import { number } from "../../../i18n/format";
import { listed, moved } from "../draft";
import { mediaName } from "../editing";
import type { Finding } from "../findings";
import { type Describing, MediaRow } from "./media-row";

/**
 * Files to choose from and to put in order, with a pointer or with the keyboard. What is chosen stands first. `isMain`: of
 * several lists on the screen the one to go to when something is wrong with a file.
 */
export function MediaList({
  labelledBy,
  ready,
  media,
  findings,
  isMain,
  onChange,
  ...describing
}: {
  labelledBy: string;
  ready: readonly Media[];
  media: readonly Media[];
  findings: readonly Finding[];
  isMain: boolean;
  onChange: (ids: string[]) => void;
} & Describing) {
  const [said, setSaid] = useState("");
  const dragged = useRef<string | null>(null);
  const ids = media.map(({ id }) => id);
  const move = (id: string, to: number) => {
    const after = moved(ids, ids.indexOf(id), to);
    if (after.join() === ids.join()) return;
    onChange(after);
    const one = ready.find((file) => file.id === id);
    if (one)
      setSaid(
        t.publish.media.nowAt(mediaName(one, ready), number(after.indexOf(id) + 1), number(ids.length)),
      );
  };
  return (
    <>
      <ol class="plain stack tight media" aria-labelledby={labelledBy}>
        {listed(media, ready).map((one) => (
          <MediaRow
            key={one.id}
            {...describing}
            media={one}
            name={mediaName(one, ready)}
            at={ids.indexOf(one.id)}
            of={ids.length}
            isMain={isMain}
            findings={findings.filter(({ medium }) => medium === one.id)}
            onUse={(use) => onChange(use ? [...ids, one.id] : ids.filter((id) => id !== one.id))}
            onMove={(to) => move(one.id, to)}
            onDrag={() => {
              dragged.current = one.id;
            }}
            onDrop={() => {
              if (dragged.current) move(dragged.current, ids.indexOf(one.id));
              dragged.current = null;
            }}
          />
        ))}
      </ol>
      <p class="only-spoken" role="status">
        {said}
      </p>
    </>
  );
}
