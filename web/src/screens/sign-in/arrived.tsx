import { arrival } from "../../arrival";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { Banner } from "../../ui/banner";

/** Why the link of a mail did not sign somebody in, and what to do. */
export function Arrived() {
  switch (arrival()) {
    case "expired":
      return (
        <Banner tone="warn" title={t.signIn.linkExpired}>
          <a href={paths.forgotPassword}>{t.signIn.askAgain}</a>
        </Banner>
      );
    case "other_browser":
      return (
        <Banner title={t.signIn.linkOtherBrowser}>
          <p>{t.signIn.linkOtherBrowserText}</p>
        </Banner>
      );
    case "failed":
      return (
        <Banner tone="warn" title={t.signIn.linkFailed}>
          <p>{t.signIn.linkFailedText}</p>
          <a href={paths.forgotPassword}>{t.signIn.askAgain}</a>
        </Banner>
      );
    default:
      return null;
  }
}
