import { t } from "../../../i18n";
import { External } from "../../../ui/pieces";
import { namesBrandedContent, type TikTokChoices } from "./choices";

const MUSIC_USAGE = "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en";
const BRANDED_CONTENT = "https://www.tiktok.com/legal/page/global/bc-policy/en";

/**
 * What the click agrees to. It stands directly before the button, for as long as a TikTok account is chosen. Of several
 * accounts the one with branded content decides: its sentence says all that the other one says.
 */
export function ConsentLine({ choices }: { choices: readonly TikTokChoices[] }) {
  return (
    <p class="small">
      {t.tiktok.byPosting}
      {choices.some(namesBrandedContent) && (
        <>
          <External href={BRANDED_CONTENT}>{t.tiktok.brandedContentPolicy}</External>
          {t.tiktok.and}
        </>
      )}
      <External href={MUSIC_USAGE}>{t.tiktok.musicUsage}</External>
    </p>
  );
}
