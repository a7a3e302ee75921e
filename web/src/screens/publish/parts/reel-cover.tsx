import { useEffect, useId, useRef } from "preact/hooks";
import { type Media, mediaUrl } from "../../../data/contents";
import { t } from "../../../i18n";
import { duration } from "../../../i18n/format";
import { MediaThumb } from "../../../ui/media-thumb";
import { covers, type Post } from "../bodies";
import type { InstagramChoices } from "../draft";
import { mediaName } from "../editing";

const STEP_MS = 100;
/** As long as a reel may be. */
const LATEST_MS = 15 * 60 * 1000;

/** A moment of the video, or a picture of the same content, which wins. */
export function ReelCover({
  post,
  ready,
  choose,
}: {
  post: Post;
  ready: readonly Media[];
  choose: (choice: Partial<InstagramChoices>) => void;
}) {
  const name = useId();
  const pictures = covers(ready);
  const [video] = post.media;
  const words = t.publish.account;
  return (
    <fieldset class="field reel-cover">
      <legend class="label">{words.cover}</legend>
      {pictures.length > 0 && (
        <div class="covers">
          <label>
            <input
              type="radio"
              name={name}
              class="only-spoken"
              checked={!post.cover}
              onChange={() => choose({ cover: null })}
            />
            <MediaThumb media={video} />
            <span>{words.coverMoment}</span>
          </label>
          {pictures.map((picture) => (
            <label key={picture.id}>
              <input
                type="radio"
                name={name}
                class="only-spoken"
                checked={post.cover?.id === picture.id}
                aria-label={words.coverPicture(mediaName(picture, ready))}
                onChange={() => choose({ cover: picture.id })}
              />
              <MediaThumb media={picture} />
              <span>{mediaName(picture, ready)}</span>
            </label>
          ))}
        </div>
      )}
      {!post.cover && video && <Moment {...{ video, choose }} at={post.own.instagram.coverMs ?? 0} />}
    </fieldset>
  );
}

/** The picture beside the slider is the video itself, at the moment that is chosen. */
function Moment({
  video,
  at,
  choose,
}: {
  video: Media;
  at: number;
  choose: (choice: Partial<InstagramChoices>) => void;
}) {
  const picture = useRef<HTMLVideoElement>(null);
  const last = Math.min((video.duration_ms ?? 0) - 1, LATEST_MS);
  useEffect(() => {
    if (picture.current) picture.current.currentTime = at / 1000;
  }, [at]);
  if (last < STEP_MS) return null;
  return (
    <div class="moment">
      <video
        ref={picture}
        src={mediaUrl(video)}
        preload="metadata"
        muted
        playsInline
        aria-hidden="true"
        tabIndex={-1}
      />
      <label class="field">
        <span class="small">{t.publish.account.coverMomentAt(momentWords(at))}</span>
        <input
          type="range"
          min={0}
          max={last - (last % STEP_MS)}
          step={STEP_MS}
          value={at}
          aria-valuetext={momentWords(at)}
          onInput={(event) => choose({ coverMs: Number(event.currentTarget.value) || null })}
        />
      </label>
    </div>
  );
}

/** 1:15.4 */
const momentWords = (ms: number): string =>
  `${duration(ms - (ms % 1000))}.${Math.floor((ms % 1000) / STEP_MS)}`;
