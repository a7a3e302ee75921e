import { useEffect, useRef } from "preact/hooks";
import type { Preview, ProjectFate } from "../../data/erasure";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { Choice } from "../../ui/field";
import { Badge, type BadgeTone } from "../../ui/pieces";

const COUNTS = [
  "projects",
  "contents",
  "files",
  "connections",
  "publications",
  "publications_to_cancel",
  "publications_under_way",
] as const;
const TONES: Readonly<Record<ProjectFate["fate"], BadgeTone>> = {
  deleted: "bad",
  left: "good",
  blocks: "warn",
};

type Deciding = { deleted: readonly string[]; onDelete: (project: string, yes: boolean) => void };

export function ErasurePreview({ preview, ...deciding }: { preview: Preview } & Deciding) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const going = COUNTS.filter((name) => preview.goes[name] > 0);
  return (
    <>
      <div class="stack tight">
        <h3 ref={heading} tabIndex={-1}>
          {t.rights.goes}
        </h3>
        {going.length === 0 ? (
          <p>{t.rights.nothing}</p>
        ) : (
          <ul class="bullets">
            {going.map((name) => (
              <li key={name}>{t.rights.counts[name](preview.goes[name])}</li>
            ))}
          </ul>
        )}
      </div>
      {preview.projects.length > 0 && (
        <div class="stack tight">
          <h3>{t.rights.yourProjects}</h3>
          <ul class="plain lines">
            {preview.projects.map((project) => (
              <Fate key={project.id} project={project} {...deciding} />
            ))}
          </ul>
        </div>
      )}
      <div class="stack tight">
        <h3>{t.rights.stays}</h3>
        <ul class="bullets small">
          {preview.stays.map((sentence) => (
            <li key={sentence} class="told">
              {sentence}
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

function Fate({ project, deleted, onDelete }: { project: ProjectFate } & Deciding) {
  const { id, name, fate } = project;
  const isDeleted = fate === "blocks" && deleted.includes(id);
  return (
    <li class="stack tight">
      <div class="row apart">
        <strong>{name}</strong>
        <Badge tone={TONES[isDeleted ? "deleted" : fate]}>
          {t.rights.fates[isDeleted ? "deleted" : fate]}
        </Badge>
      </div>
      <span class="small quiet">
        {fate === "blocks"
          ? t.rights.fateTexts.blocks(t.rights.others(project.other_members))
          : t.rights.fateTexts[fate]}
      </span>
      {fate === "blocks" && (
        <div class="stack tight">
          <span>
            <a href={paths.members(id)}>{t.rights.handOver}</a>
            <br />
            <span class="hint">{t.rights.handOverHint}</span>
          </span>
          <Choice
            label={
              <>
                {t.rights.deleteIt}
                <span class="only-spoken">: {name}</span>
              </>
            }
            hint={t.rights.deleteItHint}
            checked={isDeleted}
            onChange={({ currentTarget }) => onDelete(id, currentTarget.checked)}
          />
        </div>
      )}
    </li>
  );
}
