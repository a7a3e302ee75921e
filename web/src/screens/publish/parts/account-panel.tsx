import { Suspense } from "preact/compat";
import { t } from "../../../i18n";
import { later } from "../../../later";
import { Choice } from "../../../ui/field";
import { Badge, Skeleton } from "../../../ui/pieces";
import { PlatformIcon } from "../../../ui/platform-icon";
import { aroundTikTok, type Post, takesAltText } from "../bodies";
import { withAccount } from "../draft";
import type { Editing } from "../editing";
import { places } from "../places";
import { cannotPostNow } from "../tiktok/choices";
import { CaptionField } from "./caption";
import { InstagramChoices } from "./instagram";
import { MediaList } from "./media-list";

/* Only whoever chooses an account of TikTok's needs it. */
const TikTokForm = later({ load: () => import("../tiktok/tiktok-form"), words: [] });

type Given = Editing & { post: Post; onCheckAgain: () => void };

/** What is chosen for one account: what its platform asks for, and what shall be different from the others. */
export function AccountPanel(given: Given) {
  const { post } = given;
  const { account, kind } = post;
  const title = `title-${account.id}`;
  return (
    <section class="card stack" id={places.account(account.id)} aria-labelledby={title}>
      <header class="row apart">
        <h2 class="account" id={title}>
          <PlatformIcon platform={account.platform} />
          <span>
            {account.name} <span class="quiet">{t.common.platforms[account.platform]}</span>
          </span>
        </h2>
        <Badge {...(!kind && { tone: "warn" as const })}>
          {kind ? t.publish.account.kind[kind] : t.publish.account.no_kind}
        </Badge>
      </header>
      {account.platform === "instagram" ? <InstagramChoices {...given} /> : <OfTikTok {...given} />}
      <OwnCaption {...given} />
      {given.ready.length > 1 && <OwnMedia {...given} />}
    </section>
  );
}

function OfTikTok({ draft, change, post, checks, isLocked, onCheckAgain }: Given) {
  const check = checks.get(post.account.id);
  const around = aroundTikTok(post, check?.creator ?? null);
  const isUnanswered = check?.isCurrent === true && !check.creator;
  return (
    <Suspense fallback={<Skeleton height={`var(--tiktok-${around.isPhoto ? "photo" : "video"})`} />}>
      <TikTokForm
        value={post.own.tiktok}
        onChange={(tiktok) => change(withAccount(draft, post.account.id, { tiktok }))}
        {...around}
        refusal={cannotPostNow(check?.answer?.problems ?? [])}
        isUnanswered={isUnanswered}
        onAskAgain={onCheckAgain}
        disabled={isLocked}
      />
    </Suspense>
  );
}

function OwnCaption({ draft, change, post }: Given) {
  const { account, own, kind } = post;
  if (kind === "story") return null;
  const put = (caption: string | null) => change(withAccount(draft, account.id, { caption }));
  return (
    <div class="stack tight" id={places.captionOf(account.id)}>
      <Choice
        label={t.publish.caption.own}
        checked={own.caption !== null}
        onChange={(event) => put(event.currentTarget.checked ? draft.caption : null)}
      />
      {own.caption !== null && (
        <CaptionField
          label={t.publish.caption.labelOf(account.name)}
          value={own.caption}
          posts={[post]}
          onChange={put}
        />
      )}
    </div>
  );
}

function OwnMedia({ draft, change, post, ready, findings }: Given) {
  const { account, own, media } = post;
  const title = `media-of-${account.id}`;
  const put = (ids: readonly string[] | null) => change(withAccount(draft, account.id, { media: ids }));
  return (
    <div class="stack tight" id={places.mediaOf(account.id)}>
      <Choice
        label={t.publish.media.own}
        checked={own.media !== null}
        onChange={(event) => put(event.currentTarget.checked ? media.map(({ id }) => id) : null)}
      />
      {own.media !== null && (
        <>
          <h3 class="only-spoken" id={title}>
            {t.publish.media.ofAccount(account.name)}
          </h3>
          <MediaList
            labelledBy={title}
            {...{ ready, media }}
            findings={findings.filter((finding) => finding.account === account.id)}
            isMain={false}
            onChange={put}
            altTexts={draft.altTexts}
            takesAltText={(one) => account.platform === "instagram" && takesAltText(post.kind, one)}
            onDescribe={(id, text) => change({ ...draft, altTexts: { ...draft.altTexts, [id]: text } })}
          />
        </>
      )}
    </div>
  );
}
