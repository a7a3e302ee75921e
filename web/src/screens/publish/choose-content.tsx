import { useState } from "preact/hooks";
import { type ContentSummary, useContents } from "../../data/contents";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { ProblemBanner } from "../../ui/banner";
import { Button, LinkButton } from "../../ui/button";
import { TextField } from "../../ui/field";
import { MediaThumb } from "../../ui/media-thumb";
import { Empty, Skeleton } from "../../ui/pieces";
import { OpenClicks } from "./open-clicks";

const PAGE = 24;

export function ChooseContent({ project }: { project: string }) {
  const { data, error, refetch } = useContents(project);
  if (error && !data) return <ProblemBanner error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height="9rem" count={3} />;
  return (
    <div class="stack">
      <OpenClicks project={project} except="" />
      {data.length === 0 ? <NoContents project={project} /> : <Choose project={project} all={data} />}
    </div>
  );
}

function NoContents({ project }: { project: string }) {
  const { title, detail, action } = t.publish.noContents;
  return (
    <Empty
      title={title}
      action={
        <LinkButton look="primary" href={paths.library(project)}>
          {action}
        </LinkButton>
      }
    >
      {detail}
    </Empty>
  );
}

function Choose({ project, all }: { project: string; all: readonly ContentSummary[] }) {
  const [words, setWords] = useState("");
  const [most, setMost] = useState(PAGE);
  const found = all.filter((content) => matches(content, words));
  return (
    <section class="stack" aria-labelledby="choose">
      <h2 id="choose">{t.publish.content.title}</h2>
      <TextField
        label={t.publish.content.search}
        type="search"
        value={words}
        onInput={(event) => setWords(event.currentTarget.value)}
        hint={
          <span aria-live="polite">
            {found.length > 0 ? t.publish.content.found(found.length) : t.publish.content.none}
          </span>
        }
      />
      <ul class="plain contents">
        {found.slice(0, most).map((content) => (
          <li key={content.id}>
            <a class="content card" href={paths.publish(project, content.id)}>
              <MediaThumb media={content.cover} />
              <strong>{content.title}</strong>
              {!content.cover && <span class="small quiet">{t.publish.content.withoutMedia}</span>}
            </a>
          </li>
        ))}
      </ul>
      {found.length > most && (
        <div>
          <Button onClick={() => setMost(most + PAGE)}>{t.publish.content.more}</Button>
        </div>
      )}
    </section>
  );
}

/** Every word stands somewhere in the title or the tags. */
function matches({ title, tags }: ContentSummary, words: string): boolean {
  const text = [title, ...tags].join(" ").toLocaleLowerCase();
  return words
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
