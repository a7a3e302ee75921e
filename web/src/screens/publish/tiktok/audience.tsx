import { t } from "../../../i18n";
import { SelectField } from "../../../ui/field";
import { offeredLevels } from "./choices";
import type { Part } from "./tiktok-form";

/** Exactly the audiences that TikTok offers to this account, and none of them chosen. */
export function Audience({ creator, shown, choose, disabled }: Part) {
  const isBranded = shown.brandedContent;
  const hint = shown.privacyLevel ? t.tiktok.audienceHints[shown.privacyLevel] : t.tiktok.audienceHint;
  const levels = creator ? offeredLevels(creator) : [];
  return (
    <SelectField
      label={t.tiktok.audience}
      hint={isBranded ? t.tiktok.brandedNotPrivate : hint}
      value={shown.privacyLevel ?? ""}
      disabled={disabled || !creator}
      required
      onChange={(event) =>
        choose({ privacyLevel: levels.find((level) => level === event.currentTarget.value) ?? null })
      }
    >
      <option value="" hidden>
        {t.tiktok.chooseAudience}
      </option>
      {levels.map((level) => {
        const isTaken = isBranded && level === "SELF_ONLY";
        return (
          <option
            key={level}
            value={level}
            disabled={isTaken}
            {...(isTaken && { title: t.tiktok.brandedNotPrivate })}
          >
            {t.tiktok.audiences[level]}
          </option>
        );
      })}
    </SelectField>
  );
}
