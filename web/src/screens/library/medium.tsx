import { useState } from "preact/hooks";
import { isVideo, type Media, mediaUrl } from "../../data/contents";
import { t } from "../../i18n";
import { number } from "../../i18n/format";
import { External } from "../../ui/pieces";
import { FitAlone } from "./fit";
import { MediaFacts } from "./media-facts";

export function Medium({
  media,
  position,
  isOneOfMany,
}: {
  media: Media;
  position: number;
  isOneOfMany: boolean;
}) {
  return (
    <li class="card medium">
      <Preview media={media} position={position} />
      <div class="stack tight">
        {isOneOfMany && <h3>{t.library.position(number(position))}</h3>}
        <MediaFacts media={media} />
        {isOneOfMany && <FitAlone media={media} />}
      </div>
    </li>
  );
}

function Preview({ media, position }: { media: Media; position: number }) {
  const [failed, setFailed] = useState(false);
  const url = mediaUrl(media);
  const fail = () => setFailed(true);
  if (failed) {
    return (
      <div class="preview">
        <p class="small">
          {t.library.noPreview} <External href={url}>{t.library.openFile}</External>
        </p>
      </div>
    );
  }
  return (
    <div class="preview">
      {isVideo(media) ? (
        // biome-ignore lint/a11y/useMediaCaption: it was uploaded without any, and the platforms make theirs
        <video
          src={`${url}#t=0.1`}
          aria-label={t.library.film(number(position))}
          preload="metadata"
          controls
          playsInline
          onError={fail}
        />
      ) : (
        <img
          src={url}
          alt={t.library.picture(number(position))}
          referrerpolicy="no-referrer"
          onError={fail}
        />
      )}
    </div>
  );
}
