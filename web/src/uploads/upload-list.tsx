import { t } from "../i18n";
import { bytes } from "../i18n/format";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { dismiss, isActive, tryAgain, type Upload } from "./store";
import "./upload-list.css";

/** Files on their way to one content. What arrived is shown by the content itself. */
export function UploadList({ uploads }: { uploads: readonly Upload[] }) {
  if (uploads.length === 0) return null;
  return (
    <ul class="plain stack tight uploads" aria-label={t.uploads.title}>
      {uploads.map((upload) => (
        <li key={upload.id} class={`upload ${upload.state}`}>
          <strong class="upload-name">{upload.name}</strong>
          <UploadButtons upload={upload} />
          <UploadState upload={upload} />
        </li>
      ))}
    </ul>
  );
}

function UploadState({ upload }: { upload: Upload }) {
  const { state, name, sent, size, waiting, refusal, problem } = upload;
  const words = t.uploads;
  const isMoving = state === "sending" || state === "reading";
  return (
    <div class="upload-state stack tight">
      {isActive(upload) && (
        <progress
          aria-label={words.progress(name)}
          max={size}
          {...(isMoving && { value: Math.min(sent, size) })}
        />
      )}
      <p class="small row apart">
        <span role="status">{waiting ? words.waiting[waiting] : words.steps[state]}</span>
        {isMoving && <span class="quiet upload-count">{words.sentOf(bytes(sent), bytes(size))}</span>}
      </p>
      {(refusal || problem) && (
        <p class="upload-problem" role="alert">
          {refusal ?? (
            <>
              <strong>{problem?.title}</strong>
              {problem?.detail && ` · ${problem.detail}`}
            </>
          )}
        </p>
      )}
    </div>
  );
}

function UploadButtons({ upload }: { upload: Upload }) {
  const { id, name, state } = upload;
  const words = t.uploads;
  const isOn = isActive(upload);
  return (
    <span class="row upload-buttons">
      {state === "failed" && (
        <Button small onClick={() => tryAgain(id)} aria-label={words.again(name)}>
          {t.common.tryAgain}
        </Button>
      )}
      {state !== "ready" && (
        <Button
          small
          look="plain"
          onClick={() => dismiss(id)}
          aria-label={isOn ? words.cancel(name) : words.dismiss(name)}
        >
          {isOn ? t.common.cancel : <Icon name="cross" />}
        </Button>
      )}
    </span>
  );
}
