import { useLayoutEffect, useRef } from "preact/hooks";
import type { Media } from "../../../data/contents";
import { t } from "../../../i18n";
import { bytes, number } from "../../../i18n/format";
import { Button } from "../../../ui/button";
import { Choice, TextField } from "../../../ui/field";
import { Icon } from "../../../ui/icon";
import { MediaThumb } from "../../../ui/media-thumb";
import type { Finding } from "../findings";
import { places } from "../places";
import { LIMITS, units } from "../text";

/** Alternative texts belong to the file, whatever post it is in. */
export type Describing = {
  altTexts: Readonly<Record<string, string>>;
  takesAltText: (media: Media) => boolean;
  onDescribe: (id: string, text: string) => void;
};

type Given = Describing & {
  media: Media;
  name: string;
  /** Its place in the post, from 0; -1 when it is not chosen. */
  at: number;
  of: number;
  isMain: boolean;
  findings: readonly Finding[];
  onUse: (use: boolean) => void;
  onMove: (to: number) => void;
  onDrag: () => void;
  onDrop: () => void;
};

export function MediaRow(given: Given) {
  const { media, name, at, of, isMain, findings, onUse, onDrag, onDrop } = given;
  const isChosen = at >= 0;
  const mayMove = isChosen && of > 1;
  return (
    <li
      class={`medium ${isChosen ? "" : "unused"}`}
      id={isMain ? places.medium(media.id) : undefined}
      onDragOver={(event) => isChosen && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (isChosen) onDrop();
      }}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows do the same for a keyboard */}
      <span
        class="handle"
        draggable={mayMove}
        onDragStart={(event) => {
          /* Some browsers drag nothing that carries nothing. */
          event.dataTransfer?.setData("text/plain", "");
          onDrag();
        }}
      >
        <MediaThumb media={media} />
      </span>
      <div class="what">
        <Choice
          label={<strong>{name}</strong>}
          aria-label={t.publish.media.use(name)}
          checked={isChosen}
          onChange={(event) => onUse(event.currentTarget.checked)}
          hint={facts(media, at, of)}
        />
      </div>
      {mayMove && <Movers {...given} />}
      {(findings.length > 0 || (isChosen && given.takesAltText(media))) && (
        <div class="below stack tight">
          {findings.map(({ account, code, what, fix }) => (
            <p key={`${account} ${code} ${what}`} class="field-error">
              {what} {fix}
            </p>
          ))}
          {isChosen && given.takesAltText(media) && <AltText {...given} />}
        </div>
      )}
    </li>
  );
}

function facts({ width, height, byte_size }: Media, at: number, of: number): string {
  const size = width && height ? [t.publish.media.size(number(width), number(height))] : [];
  const place = at >= 0 && of > 1 ? [t.publish.media.place(number(at + 1), number(of))] : [];
  return [...place, ...size, bytes(byte_size)].join(" · ");
}

/** The button keeps the focus, although its row goes to another place. */
function Movers({ name, at, of, onMove }: Given) {
  const box = useRef<HTMLDivElement>(null);
  const pressed = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each move
  useLayoutEffect(() => {
    if (pressed.current !== null) box.current?.querySelectorAll("button")[pressed.current]?.focus();
    pressed.current = null;
  }, [at]);
  const move = (button: number, to: number) => {
    pressed.current = button;
    onMove(to);
  };
  return (
    <div class="movers" ref={box}>
      <Button
        look="plain"
        small
        aria-label={t.publish.media.earlier(name)}
        aria-disabled={at === 0}
        onClick={() => move(0, at - 1)}
      >
        <Icon name="up" size={18} />
      </Button>
      <Button
        look="plain"
        small
        aria-label={t.publish.media.later(name)}
        aria-disabled={at === of - 1}
        onClick={() => move(1, at + 1)}
      >
        <Icon name="down" size={18} />
      </Button>
    </div>
  );
}

/** Counted aloud only where the limit comes near. */
function AltText({ media, name, altTexts, onDescribe }: Given) {
  const text = altTexts[media.id] ?? "";
  const [used, most] = [units(text), LIMITS.instagram.altText];
  const words = t.publish.media;
  return (
    <TextField
      label={
        <>
          {words.altText} <span class="only-spoken">{words.altTextOf(name)}</span> ({t.common.optional})
        </>
      }
      hint={used > most / 2 ? words.altTextUsed(number(used), number(most)) : undefined}
      error={used > most ? words.altTextTooLong(number(most)) : undefined}
      value={text}
      onInput={(event) => onDescribe(media.id, event.currentTarget.value)}
    />
  );
}
