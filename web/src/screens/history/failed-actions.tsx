import { CONTACT } from "../../contact";
import { mayEdit } from "../../data/projects";
import type { Publication } from "../../data/publications";
import { type Reason, reasonOf } from "../../data/reasons";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { LinkButton } from "../../ui/button";
import { OpenPlatform } from "./open-link";

/** The one next action of its reason. */
export function FailedActions({ publication }: { publication: Publication }) {
  const { project } = useHere();
  const reason = reasonOf(publication.reason);
  if (!reason) return null;
  if (!mayEdit(project.role)) return <p class="quiet">{t.history.actions.viewer}</p>;
  return (
    <div class="row">
      <Action action={reason.action} publication={publication} />
    </div>
  );
}

function Action({ action, publication }: { action: Reason["action"]; publication: Publication }) {
  const { project } = useHere();
  switch (action) {
    case "edit":
      return <Again publication={publication} label={t.history.actions.edit} primary />;
    case "wait":
      return <Again publication={publication} label={t.history.actions.later} />;
    case "none":
      return <Again publication={publication} label={t.history.actions.again} />;
    case "reconnect":
      return (
        <LinkButton look="primary" href={paths.connections(project.id)}>
          {t.history.actions.reconnect}
        </LinkButton>
      );
    case "contact_us":
      return (
        <LinkButton look="primary" href={mailAbout(publication)}>
          {t.history.actions.contact}
        </LinkButton>
      );
    default:
      return <OpenPlatform platform={publication.platform} primary />;
  }
}

function Again({
  publication,
  label,
  primary = false,
}: {
  publication: Publication;
  label: string;
  primary?: boolean;
}) {
  const { project } = useHere();
  if (publication.content_id === null) return <p class="quiet">{t.history.actions.contentGone}</p>;
  return (
    <LinkButton
      {...(primary && { look: "primary" })}
      href={paths.publish(project.id, publication.content_id)}
    >
      {label}
    </LinkButton>
  );
}

/** With its id and nothing else: by that we find it. */
const mailAbout = ({ id }: Publication): string =>
  `mailto:${CONTACT}?subject=${encodeURIComponent(t.history.actions.contactSubject(id))}`;
