import type { Content } from "../../../data/contents";
import { t } from "../../../i18n";
import { paths } from "../../../paths";
import { LinkButton } from "../../../ui/button";
import { MediaThumb } from "../../../ui/media-thumb";

export function ChosenContent({ project, content }: { project: string; content: Content }) {
  return (
    <section class="card row apart chosen" aria-label={t.publish.content.title}>
      <a class="row" href={paths.content(project, content.id)}>
        <MediaThumb media={content.media.find(({ state }) => state === "ready")} />
        <strong>{content.title}</strong>
      </a>
      <LinkButton small href={paths.publish(project)}>
        {t.publish.content.change}
      </LinkButton>
    </section>
  );
}
