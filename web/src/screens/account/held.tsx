import { t } from "../../i18n";
import { paths } from "../../paths";

export function HeldSection() {
  return (
    <section class="card stack" id="held">
      <h2>{t.rights.held}</h2>
      <p>{t.rights.heldText}</p>
      <p>
        <a href={paths.dataHeld}>{t.rights.heldLink}</a>
      </p>
    </section>
  );
}
