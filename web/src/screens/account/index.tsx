import { t } from "../../i18n";
import { paths } from "../../paths";
import { LinkButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Page } from "../../ui/page";
import { EmailCard } from "./email";
import { LookCard } from "./look";
import { PasswordCard } from "./password";
import { ProfileCard } from "./profile";
import { SignOutCard } from "./sign-out";
import "./account.css";

export default function Account() {
  return (
    <Page title={t.account.title} lead={t.account.lead}>
      <div class="account stack">
        <ProfileCard />
        <EmailCard />
        <PasswordCard />
        <LookCard />
        <section class="card stack to-data">
          <h2>{t.account.data}</h2>
          <p>{t.account.dataText}</p>
          <div>
            <LinkButton href={paths.accountPrivacy}>
              <Icon name="shield" />
              {t.account.toData}
            </LinkButton>
          </div>
        </section>
        <SignOutCard />
      </div>
    </Page>
  );
}
