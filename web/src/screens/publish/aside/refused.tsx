import { t } from "../../../i18n";
import { number } from "../../../i18n/format";
import { Banner } from "../../../ui/banner";
import { type Click, publications, wasRefused } from "../click";
import { SendList } from "./send-list";

/** After a click that not every account has taken. What was refused can be mended and clicked again. */
export function Refused({ click, project }: { click: Click; project: string }) {
  if (!wasRefused(click)) return null;
  const taken = publications(click).length;
  const isClear = click.sends.every((send) => send.state !== "refused" || !send.refusal.unclear);
  const words = t.publish.click;
  const title =
    taken > 0
      ? words.partly(number(taken), number(click.sends.length))
      : isClear
        ? words.refused
        : words.doubt;
  return (
    <Banner tone="bad" title={title}>
      <SendList {...{ click, project }} />
    </Banner>
  );
}
