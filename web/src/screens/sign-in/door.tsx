import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { Page } from "../../ui/page";
import "./sign-in.css";

/** Round the forms of somebody who is not signed in. */
export function Door({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: string;
  children: ComponentChildren;
}) {
  return (
    <main class="door">
      <a class="brand" href={paths.home}>
        <img src={new URL("../../icon.svg", import.meta.url).href} width="28" height="28" alt="" />
        {t.common.app}
      </a>
      <Page title={title} {...(lead && { lead })}>
        {children}
      </Page>
    </main>
  );
}
