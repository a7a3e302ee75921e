import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { t } from "../i18n";
import { paths } from "../paths";
import { Brand } from "../ui/brand";
import { Icon, type IconName } from "../ui/icon";
import { UploadIndicator } from "../uploads/indicator";
import { Notices } from "./notices";
import { OfflineNote } from "./offline";
import { ProjectSwitch } from "./project-switch";
import "./layout.css";

/** Round every screen of somebody who is signed in: the project and its parts, and the way to the account. */
export function Layout({ project, children }: { project: string | undefined; children: ComponentChildren }) {
  return (
    <div class="layout">
      <a class="skip button" href="#content">
        {t.shell.skip}
      </a>
      <header class="side">
        <Brand />
        <ProjectSwitch current={project} />
        {project && <ProjectNavigation project={project} />}
        <UploadIndicator />
        <nav class="foot" aria-label={t.shell.account}>
          <NavigationLink href={paths.account} icon="person" label={t.shell.account} />
          <NavigationLink href={paths.dataPolicy} icon="shield" label={t.shell.privacy} />
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        <OfflineNote />
        {project && <Notices project={project} />}
        {children}
      </main>
    </div>
  );
}

function ProjectNavigation({ project }: { project: string }) {
  return (
    <nav class="parts" aria-label={t.shell.navigation}>
      <NavigationLink href={paths.publish(project)} icon="send" label={t.shell.publish} />
      <NavigationLink href={paths.library(project)} icon="pictures" label={t.shell.library} />
      <NavigationLink href={paths.history(project)} icon="clock" label={t.shell.history} />
      <NavigationLink href={paths.connections(project)} icon="link" label={t.shell.connections} />
      <NavigationLink href={paths.members(project)} icon="people" label={t.shell.members} />
    </nav>
  );
}

function NavigationLink({ href, icon, label }: { href: string; icon: IconName; label: string }) {
  const { path } = useLocation();
  const isHere = path === href || path.startsWith(`${href}/`);
  return (
    <a href={href} aria-current={isHere ? "page" : undefined}>
      <Icon name={icon} />
      <span>{label}</span>
    </a>
  );
}
