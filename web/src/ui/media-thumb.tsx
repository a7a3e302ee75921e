import { useEffect, useRef, useState } from "preact/hooks";
import { isVideo, type Media, mediaUrl } from "../data/contents";
import { duration } from "../i18n/format";
import { Icon } from "./icon";
import "./media-thumb.css";

/** A square of a file, or of nothing yet. What it is stands in words beside it, so nothing reads it out. */
export function MediaThumb({ media }: { media: Media | undefined }) {
  const [failed, setFailed] = useState(false);
  const shows = media?.state === "ready" && !failed;
  return (
    <span class="thumb" aria-hidden="true">
      {!shows && <Icon name="pictures" size={28} />}
      {shows && isVideo(media) && <FirstPicture url={mediaUrl(media)} onError={() => setFailed(true)} />}
      {shows && !isVideo(media) && (
        <img
          src={mediaUrl(media)}
          alt=""
          loading="lazy"
          decoding="async"
          referrerpolicy="no-referrer"
          onError={() => setFailed(true)}
        />
      )}
      {media?.duration_ms && <span class="thumb-length">{duration(media.duration_ms)}</span>}
    </span>
  );
}

/** Loaded once it comes into view: a browser does that by itself for pictures only. */
function FirstPicture({ url, onError }: { url: string; onError: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
    });
    if (video.current) watch.observe(video.current);
    return () => watch.disconnect();
  }, []);
  /* Without a moment, some browsers show no picture before the video is played. */
  return (
    <video
      ref={video}
      src={seen ? `${url}#t=0.1` : undefined}
      preload="metadata"
      tabIndex={-1}
      muted
      playsInline
      onError={onError}
    />
  );
}
