import { t } from "../../../i18n";
import { number } from "../../../i18n/format";
import { TextField } from "../../../ui/field";
import { LONGEST_TITLE } from "./choices";
import type { Part } from "./tiktok-form";

/** Of photos only: of a video the caption is the title. */
export function PhotoTitle({ shown, choose, disabled }: Part) {
  const used = shown.title.length;
  return (
    <TextField
      label={`${t.tiktok.title} (${t.common.optional})`}
      hint={t.tiktok.titleHint(number(used), number(LONGEST_TITLE))}
      error={used > LONGEST_TITLE ? t.tiktok.titleTooLong(number(LONGEST_TITLE)) : undefined}
      value={shown.title}
      disabled={disabled}
      onInput={(event) => choose({ title: event.currentTarget.value })}
    />
  );
}
