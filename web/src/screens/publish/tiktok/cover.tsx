import { useEffect, useId, useRef } from "preact/hooks";
import { config } from "../../../config";
import { t } from "../../../i18n";
import { duration, number } from "../../../i18n/format";
import { lastCoverMs, type TikTokMedia } from "./choices";
import type { Part } from "./tiktok-form";

const STEP_MS = 100;

const address = ({ object_key }: TikTokMedia): string => `${config().mediaUrl}/${object_key}`;

/** The picture beside the slider is the video itself, at the moment that is chosen. */
export function CoverMoment({ media, shown, choose, disabled }: Part) {
  const id = useId();
  const video = useRef<HTMLVideoElement>(null);
  const moment = shown.coverMs ?? 0;
  const last = lastCoverMs(media);
  const [first] = media;
  useEffect(() => {
    if (video.current) video.current.currentTime = moment / 1000;
  }, [moment]);
  if (!first || last < STEP_MS) return null;
  return (
    <div class="field">
      <label for={id}>{t.tiktok.cover}</label>
      <div class="row cover-moment">
        <video
          ref={video}
          src={address(first)}
          preload="metadata"
          muted
          playsInline
          aria-hidden="true"
          tabIndex={-1}
        />
        <input
          id={id}
          type="range"
          min={0}
          max={last - (last % STEP_MS)}
          step={STEP_MS}
          value={moment}
          disabled={disabled}
          aria-describedby={`${id}-hint`}
          aria-valuetext={momentWords(moment)}
          onInput={(event) => choose({ coverMs: Number(event.currentTarget.value) || null })}
        />
      </div>
      <span class="hint" id={`${id}-hint`}>
        {moment === 0 ? t.tiktok.coverFirst : t.tiktok.coverAt(momentWords(moment))}
      </span>
    </div>
  );
}

/** 1:15.4 */
const momentWords = (ms: number): string =>
  `${duration(ms - (ms % 1000))}.${Math.floor((ms % 1000) / STEP_MS)}`;

/** Of several photos, which one stands for them. */
export function PhotoCover({ media, shown, choose, disabled }: Part) {
  const name = useId();
  const chosen = media.find(({ id }) => id === shown.coverPhoto) ?? media[0];
  if (media.length < 2) return null;
  return (
    <fieldset class="field">
      <legend class="label">{t.tiktok.cover}</legend>
      <div class="covers">
        {media.map((photo, index) => (
          <label key={photo.id}>
            <input
              type="radio"
              name={name}
              class="only-spoken"
              checked={photo.id === chosen?.id}
              disabled={disabled}
              onChange={() => choose({ coverPhoto: photo.id })}
            />
            <img src={address(photo)} alt="" loading="lazy" width="64" height="80" />
            <span>{t.tiktok.coverPhoto(number(index + 1))}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
