import { useLocation } from "preact-iso";
import { useProjects } from "../data/projects";
import { t } from "../i18n";
import { paths } from "../paths";
import { useSignedIn } from "./session";

const ALL = "all";

export function ProjectSwitch({ current }: { current: string | undefined }) {
  const session = useSignedIn();
  const { route } = useLocation();
  const { data = [] } = useProjects(session.userId);
  return (
    <label class="project-switch">
      <span class="only-spoken">{t.shell.project}</span>
      <select
        class="input"
        value={current ?? ALL}
        onChange={({ currentTarget: { value } }) =>
          route(value === ALL ? paths.projects : paths.publish(value))
        }
      >
        {data.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        <option value={ALL}>{t.shell.allProjects}</option>
      </select>
    </label>
  );
}
