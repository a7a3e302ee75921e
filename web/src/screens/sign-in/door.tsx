import type { ComponentChildren } from "preact";
import { Brand } from "../../ui/brand";
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
      <Brand />
      <Page title={title} {...(lead && { lead })}>
        {children}
      </Page>
    </main>
  );
}
