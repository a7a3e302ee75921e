import type { components } from "../../../api/schema";
import { t } from "../../../i18n";
import { Banner } from "../../../ui/banner";
import { Button } from "../../../ui/button";
import { Choice } from "../../../ui/field";
import { Audience } from "./audience";
import { type Around, asShown, type TikTokChoices, tooLong } from "./choices";
import { CoverMoment, PhotoCover } from "./cover";
import { Disclosure } from "./disclosure";
import { Interactions } from "./interactions";
import { PhotoTitle } from "./photo-title";
import "./tiktok.css";

/** Of one part of the form: what it shows, and how it says what was chosen. */
export type Part = Around & {
  shown: TikTokChoices;
  choose: (change: Partial<TikTokChoices>) => void;
  disabled: boolean;
};

type Given = Around & {
  value: TikTokChoices;
  onChange: (value: TikTokChoices) => void;
  disabled?: boolean;
  /** What `cannotPostNow` finds in the preflight. */
  refusal?: components["schemas"]["PostProblem"] | null;
  /** TikTok was asked and did not answer: `not_checked` of the preflight names the creator. */
  isUnanswered?: boolean;
  onAskAgain?: () => void;
};

/**
 * Every choice that TikTok wants a creator to make, in the order of its Content Sharing Guidelines. `creator` is what
 * TikTok said of the account when this form was opened; before that there is nothing to choose from.
 */
export default function TikTokForm({
  value,
  onChange,
  disabled = false,
  refusal = null,
  isUnanswered = false,
  onAskAgain,
  ...around
}: Given) {
  const shown = asShown(value, around);
  const choose = (change: Partial<TikTokChoices>) => onChange({ ...shown, ...change });
  const part: Part = { ...around, shown, choose, disabled };
  const lengthProblem = tooLong(around);
  return (
    <div class="tiktok stack">
      <PostingAs
        {...{ creator: around.creator, refusal, isUnanswered }}
        {...(onAskAgain && { onAskAgain })}
      />
      {lengthProblem && <Banner tone="bad" title={lengthProblem} />}
      {around.isPhoto && <PhotoTitle {...part} />}
      <Audience {...part} />
      <Interactions {...part} />
      {around.isPhoto ? <PhotoCover {...part} /> : <CoverMoment {...part} />}
      {around.isPhoto && (
        <Choice
          label={t.tiktok.addMusic}
          hint={t.tiktok.addMusicHint}
          checked={shown.addMusic}
          disabled={disabled}
          onChange={(event) => choose({ addMusic: event.currentTarget.checked })}
        />
      )}
      <Choice
        label={t.tiktok.aiGenerated}
        hint={t.tiktok.aiGeneratedHint}
        role="switch"
        checked={shown.aiGenerated}
        disabled={disabled}
        onChange={(event) => choose({ aiGenerated: event.currentTarget.checked })}
      />
      <Disclosure {...part} />
    </div>
  );
}

/** The nickname and no picture: the display name is all that we read of an account. */
function PostingAs({
  creator,
  refusal,
  isUnanswered,
  onAskAgain,
}: Pick<Given, "creator" | "refusal" | "isUnanswered" | "onAskAgain">) {
  if (refusal) {
    return (
      <Banner tone="bad" title={refusal.what}>
        {refusal.fix && <p>{refusal.fix}</p>}
      </Banner>
    );
  }
  if (!creator && isUnanswered) {
    return (
      <Banner tone="warn" title={t.tiktok.unanswered}>
        <p>{t.tiktok.unansweredDetail}</p>
        {onAskAgain && (
          <div>
            <Button small onClick={onAskAgain}>
              {t.tiktok.askAgain}
            </Button>
          </div>
        )}
      </Banner>
    );
  }
  return (
    <p class="posting-as" aria-live="polite">
      <span class="quiet">{creator ? t.tiktok.postingAs : t.tiktok.asking}</span>{" "}
      {creator && <strong>{creator.nickname}</strong>}
    </p>
  );
}
