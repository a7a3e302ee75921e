import { t } from "../../i18n";
import { Icon, type IconName } from "../../ui/icon";
import { Badge, type BadgeTone } from "../../ui/pieces";
import type { Standing } from "./standing";

const LOOKS: Readonly<Record<Standing, { tone?: BadgeTone; icon: IconName }>> = {
  queued: { tone: "busy", icon: "clock" },
  preparing: { tone: "busy", icon: "clock" },
  processing: { tone: "busy", icon: "clock" },
  committing: { tone: "busy", icon: "send" },
  published: { tone: "good", icon: "check" },
  failed: { tone: "bad", icon: "cross" },
  unknown: { tone: "warn", icon: "question" },
  switched_off: { icon: "clock" },
  needs_confirmation: { tone: "warn", icon: "warning" },
};

export const toneOf = (standing: Standing): BadgeTone | undefined => LOOKS[standing].tone;

/** Where a publication is, in a word, with a shape for whoever tells no colours apart. */
export function StateBadge({ standing, size = 14 }: { standing: Standing; size?: number }) {
  const { tone, icon } = LOOKS[standing];
  return (
    <Badge {...(tone && { tone })}>
      <Icon name={icon} size={size} />
      {t.history.standings[standing]}
    </Badge>
  );
}
