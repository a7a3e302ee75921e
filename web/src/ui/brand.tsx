import { t } from "../i18n";
import icon from "../icon.svg";
import { paths } from "../paths";

const SIZE = 28;

/** Our mark and name, and the way to the start. */
export function Brand() {
  return (
    <a class="brand" href={paths.home}>
      <img src={icon} width={SIZE} height={SIZE} alt="" />
      {t.common.app}
    </a>
  );
}
