import { useQueryClient } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { readAnew } from "../data/contents";
import { t } from "../i18n";
import { paths } from "../paths";
import { Icon } from "../ui/icon";
import { forgetReady, isActive, onSettled, stopUploads, type Upload, useUploads } from "./store";
import "./indicator.css";

/** How long "all done" stays, in milliseconds. */
const GOOD_NEWS_MS = 6000;

/** In the shell, so that it is there on every screen: how far the uploads are, and the way to them. */
export function UploadIndicator() {
  const uploads = useUploads();
  const active = uploads.filter(isActive);
  useEffect(() => stopUploads, []);
  useFreshContents();
  useWarningBeforeLeaving(active.length > 0);
  useForgetting(uploads.length > 0 && active.length === 0);
  const { path } = useLocation();
  const [first] = [...active, ...uploads];
  const place = first && placeOf(uploads, first);
  return (
    <div class={`upload-indicator ${place === path ? "here" : ""}`} role="status">
      {place && (
        <a href={place}>
          <Icon name="upload" />
          <span>{summary(uploads)}</span>
          {active.length > 0 && <progress aria-hidden="true" value={shareOf(active)} max={1} />}
        </a>
      )}
    </div>
  );
}

function summary(uploads: readonly Upload[]): string {
  const words = t.uploads;
  const active = uploads.filter(isActive).length;
  if (active > 0) return words.active(active);
  const left = uploads.filter(({ state }) => state !== "ready").length;
  return left > 0 ? words.attention(left) : words.finished;
}

function placeOf(uploads: readonly Upload[], { project, content }: Upload): string {
  const isOne = uploads.every((upload) => upload.content === content);
  return isOne ? paths.content(project, content) : paths.library(project);
}

function shareOf(active: readonly Upload[]): number {
  const sum = (of: (upload: Upload) => number) => active.reduce((total, upload) => total + of(upload), 0);
  return (
    sum(({ state, sent, size }) => (state === "sending" ? sent : state === "judging" ? size : 0)) /
    sum(({ size }) => size)
  );
}

/** What has arrived belongs to contents that a screen may show. */
function useFreshContents(): void {
  const queries = useQueryClient();
  useEffect(() => onSettled((upload) => void readAnew(queries, upload)), [queries]);
}

function useWarningBeforeLeaving(isBusy: boolean): void {
  useEffect(() => {
    if (!isBusy) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isBusy]);
}

function useForgetting(isDone: boolean): void {
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(forgetReady, GOOD_NEWS_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
}
