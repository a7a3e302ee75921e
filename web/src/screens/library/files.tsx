import type { Content, Media } from "../../data/contents";
import { t } from "../../i18n";
import { bytes } from "../../i18n/format";
import { useSignedIn } from "../../shell/session";
import { FileButton } from "../../ui/file-button";
import { ACCEPT } from "../../uploads/files";
import { startUploads, useUploads } from "../../uploads/store";
import { UploadList } from "../../uploads/upload-list";
import { Medium } from "./medium";

/** The files of a content: those that are there, those on their way, and what became of the others. */
export function Files({ content, mayAdd }: { content: Content; mayAdd: boolean }) {
  const place = { project: content.project_id, content: content.id };
  const uploads = useUploadsTo(content);
  const ready = content.media.filter(({ state }) => state === "ready");
  const isEmpty = ready.length + uploads.length === 0;
  return (
    <section class="stack" aria-labelledby="files">
      <header class="row apart">
        <h2 id="files">{t.library.media}</h2>
        {mayAdd && (
          <FileButton accept={ACCEPT} onFiles={(files) => startUploads(place, files)}>
            {t.library.add}
          </FileButton>
        )}
      </header>
      {isEmpty && <p class="empty quiet">{mayAdd ? t.library.mediaEmpty : t.library.mediaEmptyForViewers}</p>}
      <UploadList uploads={uploads} />
      {ready.length > 0 && (
        <ol class="plain media">
          {ready.map((media, index) => (
            <Medium key={media.id} media={media} position={index + 1} isOneOfMany={ready.length > 1} />
          ))}
        </ol>
      )}
      {mayAdd && ready.length > 1 && <p class="quiet small">{t.library.mediaStay}</p>}
      {mayAdd && <Unfinished media={content.media} />}
      <Refused media={content.media.filter(({ state }) => state === "refused")} />
    </section>
  );
}

/** Until what has arrived is a part of the content, it stands among the uploads. */
function useUploadsTo(content: Content) {
  const arrived = new Set(content.media.filter(({ state }) => state === "ready").map(({ id }) => id));
  return useUploads().filter(
    (upload) => upload.content === content.id && !(upload.assetId && arrived.has(upload.assetId)),
  );
}

/** Only one's own: an upload goes on for whoever has begun it. */
function Unfinished({ media }: { media: readonly Media[] }) {
  const { userId } = useSignedIn();
  const underWay = new Set(useUploads().map(({ assetId }) => assetId));
  const left = media.filter(
    ({ id, state, created_by }) => state === "uploading" && created_by === userId && !underWay.has(id),
  );
  return (
    <>
      {left.map(({ id, media_type, byte_size }) => (
        <div key={id} class="unfinished">
          <strong>{t.library.unfinished}</strong>
          <p class="small">{t.library.unfinishedText(t.uploads.formats[media_type], bytes(byte_size))}</p>
        </div>
      ))}
    </>
  );
}

function Refused({ media }: { media: readonly Media[] }) {
  if (media.length === 0) return null;
  return (
    <details>
      <summary>{t.library.refusedFiles(media.length)}</summary>
      <ul class="plain stack tight">
        {media.map(({ id, media_type, byte_size, refusal }) => (
          <li key={id} class="small">
            <strong>{t.library.refusedFile(t.uploads.formats[media_type], bytes(byte_size))}</strong>
            <p>{refusal}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}
