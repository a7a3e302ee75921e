import { t } from "../../../i18n";
import { Choice } from "../../../ui/field";
import type { Part } from "./tiktok-form";

/** All off until they are allowed by hand; photos have comments only. */
export function Interactions({ creator, isPhoto, shown, choose, disabled }: Part) {
  return (
    <fieldset class="field">
      <legend class="label">{t.tiktok.interactions}</legend>
      <Interaction
        label={t.tiktok.allowComment}
        isOff={creator?.comment_disabled ?? false}
        checked={shown.allowComment}
        disabled={disabled || !creator}
        onChoose={(allowComment) => choose({ allowComment })}
      />
      {!isPhoto && (
        <>
          <Interaction
            label={t.tiktok.allowDuet}
            isOff={creator?.duet_disabled ?? false}
            checked={shown.allowDuet}
            disabled={disabled || !creator}
            onChoose={(allowDuet) => choose({ allowDuet })}
          />
          <Interaction
            label={t.tiktok.allowStitch}
            isOff={creator?.stitch_disabled ?? false}
            checked={shown.allowStitch}
            disabled={disabled || !creator}
            onChoose={(allowStitch) => choose({ allowStitch })}
          />
        </>
      )}
    </fieldset>
  );
}

function Interaction({
  label,
  isOff,
  checked,
  disabled,
  onChoose,
}: {
  label: string;
  isOff: boolean;
  checked: boolean;
  disabled: boolean;
  onChoose: (isAllowed: boolean) => void;
}) {
  return (
    <Choice
      label={label}
      hint={isOff ? t.tiktok.switchedOff : undefined}
      title={isOff ? t.tiktok.switchedOff : undefined}
      checked={checked}
      disabled={disabled || isOff}
      onChange={(event) => onChoose(event.currentTarget.checked)}
    />
  );
}
