import { t } from "../../i18n";
import { Banner } from "../../ui/banner";
import { LinkButton } from "../../ui/button";
import { Copyable } from "../../ui/copyable";
import { Door } from "../sign-in/door";
import { erasureIn } from "./erasure-address";

/** Outside of any account: what somebody who was erased takes along. */
export default function Erased() {
  const found = erasureIn(location.hash);
  if (!found) {
    return (
      <Door title={t.rights.erasedWithout}>
        <Banner>{t.rights.erasedUnknown}</Banner>
      </Door>
    );
  }
  const status = `${location.origin}/api/erasures/status?code=${found.code}`;
  return (
    <Door title={t.rights.erasedTitle} lead={t.rights.erasedLead}>
      <section class="card stack">
        <h2>{t.rights.erasedKeep}</h2>
        <p>{t.rights.erasedKeepText}</p>
        <Copyable label={t.rights.erasedStatus} text={status} />
        <Copyable label={t.rights.receiptId} text={found.receipt} />
        <LinkButton look="primary" href={status}>
          {t.rights.erasedOpen}
        </LinkButton>
      </section>
      <p class="quiet">{t.rights.erasedMail}</p>
    </Door>
  );
}
