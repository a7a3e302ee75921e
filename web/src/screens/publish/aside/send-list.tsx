import { t } from "../../../i18n";
import { paths } from "../../../paths";
import { Badge, type BadgeTone } from "../../../ui/pieces";
import { PlatformIcon } from "../../../ui/platform-icon";
import type { Click, Send } from "../click";

const TONES: Readonly<Record<Send["state"], BadgeTone>> = {
  asking: "busy",
  doubtful: "warn",
  taken: "good",
  refused: "bad",
};

/** How the click stands with each account. */
export function SendList({ click, project }: { click: Click; project: string }) {
  return (
    <ul class="plain stack tight">
      {click.sends.map((send) => (
        <li key={send.connection} class="stack tight">
          <div class="row apart">
            <span class="account">
              <PlatformIcon platform={send.platform} />
              <strong>{send.name}</strong>
            </span>
            <Badge tone={TONES[send.state]}>{t.publish.click.state[send.state]}</Badge>
          </div>
          {send.state === "taken" && (
            <a class="small" href={paths.publication(project, send.publication)}>
              {t.publish.click.follow}
            </a>
          )}
          {send.state === "refused" && <Refusal {...send.refusal} project={project} />}
        </li>
      ))}
    </ul>
  );
}

type Refused = Extract<Send, { state: "refused" }>["refusal"];

function Refusal({ code, title, detail, unclear, project }: Refused & { project: string }) {
  return (
    <p class="small">
      <strong>{title}</strong> {detail} {code === "idempotency_key_reused" && t.publish.click.newClick}{" "}
      {unclear && t.publish.click.unclear}
      {code === "reconnect_needed" && <a href={paths.connections(project)}>{t.publish.accounts.reconnect}</a>}
    </p>
  );
}
