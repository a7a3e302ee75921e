import { useState } from "preact/hooks";
import { CONTENT_TYPES, type ContentSummary } from "../../data/contents";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { SelectField, TextField } from "../../ui/field";
import { MediaThumb } from "../../ui/media-thumb";
import { Badge, When } from "../../ui/pieces";
import { isActive, useUploads } from "../../uploads/store";
import { type Filter, matching } from "./filter";

const AT_ONCE = 50;
const ALL: Filter = { search: "", type: "all" };

/** The contents of a project, and the means to find one. */
export function Contents({ project, contents }: { project: string; contents: ContentSummary[] }) {
  const [filter, setFilter] = useState(ALL);
  const [most, setMost] = useState(AT_ONCE);
  const found = matching(contents, filter);
  const change = (changes: Partial<Filter>) => {
    setFilter({ ...filter, ...changes });
    setMost(AT_ONCE);
  };
  return (
    <>
      <Finder filter={filter} onChange={change} />
      <p class="quiet small" role="status">
        {t.library.count(found.length)}
      </p>
      {found.length === 0 && (
        <div class="stack">
          <p>{t.library.noMatch}</p>
          <div>
            <Button onClick={() => change(ALL)}>{t.library.showAll}</Button>
          </div>
        </div>
      )}
      <Grid project={project} contents={found.slice(0, most)} />
      {found.length > most && (
        <div>
          <Button onClick={() => setMost(most + AT_ONCE)}>
            {t.library.more(Math.min(AT_ONCE, found.length - most))}
          </Button>
        </div>
      )}
    </>
  );
}

function Finder({ filter, onChange }: { filter: Filter; onChange: (changes: Partial<Filter>) => void }) {
  return (
    <search class="finder">
      <TextField
        label={t.library.search}
        type="search"
        value={filter.search}
        onInput={({ currentTarget }) => onChange({ search: currentTarget.value })}
      />
      <SelectField
        label={t.library.type}
        value={filter.type}
        onChange={({ currentTarget }) =>
          onChange({ type: CONTENT_TYPES.find((type) => type === currentTarget.value) ?? "all" })
        }
      >
        <option value="all">{t.library.allTypes}</option>
        {CONTENT_TYPES.map((type) => (
          <option key={type} value={type}>
            {t.library.types[type]}
          </option>
        ))}
      </SelectField>
    </search>
  );
}

function Grid({ project, contents }: { project: string; contents: readonly ContentSummary[] }) {
  const uploads = useUploads();
  const busy = new Set(uploads.filter(isActive).map(({ content }) => content));
  return (
    <ul class="plain contents">
      {contents.map((content) => (
        <ContentCard key={content.id} {...{ project, content, isBusy: busy.has(content.id) }} />
      ))}
    </ul>
  );
}

function ContentCard({
  project,
  content,
  isBusy,
}: {
  project: string;
  content: ContentSummary;
  isBusy: boolean;
}) {
  const { id, title, type, tags, created_at, cover } = content;
  return (
    <li class="content-card">
      <MediaThumb media={cover} />
      <div class="stack tight">
        <a href={paths.content(project, id)}>{title}</a>
        <p class="row quiet small">
          {isBusy ? <Badge tone="busy">{t.library.uploading}</Badge> : <Badge>{t.library.types[type]}</Badge>}
          <When at={created_at} />
        </p>
        {tags.length > 0 && <p class="quiet small card-tags">{tags.map((tag) => `#${tag}`).join(" ")}</p>}
      </div>
    </li>
  );
}
