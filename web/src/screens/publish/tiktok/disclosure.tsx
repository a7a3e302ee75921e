import { t } from "../../../i18n";
import { Choice } from "../../../ui/field";
import { labelWords, mustStillDisclose } from "./choices";
import type { Part } from "./tiktok-form";

/** Off until it is turned on. Branded content and "Only me" exclude each other, whichever was chosen first. */
export function Disclosure({ shown, choose, disabled }: Part) {
  return (
    <div class="stack tight">
      <Choice
        label={t.tiktok.disclosure}
        hint={t.tiktok.disclosureHint}
        role="switch"
        checked={shown.disclosed}
        disabled={disabled}
        onChange={(event) =>
          choose({ disclosed: event.currentTarget.checked, yourBrand: false, brandedContent: false })
        }
      />
      {shown.disclosed && <WhatItPromotes {...{ shown, choose, disabled }} />}
    </div>
  );
}

function WhatItPromotes({ shown, choose, disabled }: Pick<Part, "shown" | "choose" | "disabled">) {
  const isPrivate = shown.privacyLevel === "SELF_ONLY" && !shown.brandedContent;
  const words = mustStillDisclose(shown) ? t.tiktok.mustDisclose : labelWords(shown);
  return (
    <fieldset class="field promotes">
      <legend class="label">{t.tiktok.promotes}</legend>
      <Choice
        label={t.tiktok.yourBrand}
        hint={t.tiktok.yourBrandHint}
        checked={shown.yourBrand}
        disabled={disabled}
        onChange={(event) => choose({ yourBrand: event.currentTarget.checked })}
      />
      <Choice
        label={t.tiktok.brandedContent}
        hint={isPrivate ? t.tiktok.brandedNotPrivate : t.tiktok.brandedContentHint}
        title={isPrivate ? t.tiktok.brandedNotPrivate : undefined}
        checked={shown.brandedContent}
        disabled={disabled || isPrivate}
        onChange={(event) => choose({ brandedContent: event.currentTarget.checked })}
      />
      <p class="small label-words" aria-live="polite">
        {words}
      </p>
    </fieldset>
  );
}
