import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { Page } from "../../ui/page";
import { ChoicesSection } from "./choices";
import { EraseSection } from "./erase";
import { ExportSection } from "./export";
import { HeldSection } from "./held";
import { RequestsSection } from "./requests";
import { SignInsSection } from "./sign-ins";
import "./account.css";

export default function AccountPrivacy() {
  useEffect(showPartInAddress, []);
  return (
    <Page title={t.rights.title} lead={t.rights.lead}>
      <div class="account stack">
        <ExportSection />
        <ChoicesSection />
        <RequestsSection />
        <SignInsSection />
        <HeldSection />
        <EraseSection />
      </div>
    </Page>
  );
}

/** Refusals on other screens lead to the choice that caused them. */
function showPartInAddress(): void {
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}
