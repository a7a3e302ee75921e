import { useEffect } from "preact/hooks";
import { countView } from "../../api/view";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { Brand } from "../../ui/brand";
import { LinkButton } from "../../ui/button";
import { Page } from "../../ui/page";
import "./sign-in.css";

export function Landing() {
  useEffect(countView, []);
  const { promises } = t.signIn;
  return (
    <main class="landing">
      <Brand />
      <Page title={t.signIn.heroTitle} lead={t.signIn.heroText}>
        <div class="row">
          <LinkButton look="primary" href={paths.signUp}>
            {t.signIn.getStarted}
          </LinkButton>
          <LinkButton href={paths.signIn}>{t.signIn.haveAccount}</LinkButton>
        </div>
        <dl class="promises">
          <Promised title={promises.once} text={promises.onceText} />
          <Promised title={promises.honest} text={promises.honestText} />
          <Promised title={promises.yours} text={promises.yoursText} />
        </dl>
      </Page>
      <footer class="quiet small">
        <a href={paths.dataPolicy}>{t.shell.privacy}</a>
      </footer>
    </main>
  );
}

function Promised({ title, text }: { title: string; text: string }) {
  return (
    <div class="card">
      <dt>{title}</dt>
      <dd class="quiet">{text}</dd>
    </div>
  );
}
