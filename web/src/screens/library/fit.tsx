import { useState } from "preact/hooks";
import type { Media } from "../../data/contents";
import { MOST_FILES, type PossiblePost, useFit } from "../../data/fit";
import { t } from "../../i18n";
import { ProblemBanner } from "../../ui/banner";
import { Badge, Skeleton } from "../../ui/pieces";
import { PlatformIcon } from "../../ui/platform-icon";

/** Which posts these files could become together, and what stands in the way of each. */
export function FitCard({ media }: { media: readonly Media[] }) {
  return (
    <section class="card stack">
      <div class="stack tight">
        <h2>{t.library.fit}</h2>
        {media.length > 1 && <p class="quiet small">{t.library.fitTogether(media.length)}</p>}
      </div>
      <FitList assetIds={media.map(({ id }) => id)} />
    </section>
  );
}

/** Of one among several. Asked when somebody wants to know. */
export function FitAlone({ media }: { media: Media }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="small" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t.library.fitAlone}</summary>
      {isOpen && <FitList assetIds={[media.id]} />}
    </details>
  );
}

function FitList({ assetIds }: { assetIds: readonly string[] }) {
  const { data, error, refetch } = useFit(assetIds);
  if (error && !data) return <ProblemBanner error={error} onRetry={() => void refetch()} />;
  const posts = assetIds.length > MOST_FILES ? [] : data?.posts;
  if (!posts) return <Skeleton height="3rem" count={3} />;
  if (posts.length === 0) return <p>{t.library.fitNowhere}</p>;
  return (
    <ul class="plain stack">
      {posts.map((post) => (
        <FitRow key={`${post.platform} ${post.kind}`} post={post} />
      ))}
    </ul>
  );
}

function FitRow({ post }: { post: PossiblePost }) {
  const { platform, kind, fits, problems, account_decides } = post;
  return (
    <li class="fit">
      <PlatformIcon platform={platform} />
      <div class="stack tight">
        <p class="row apart">
          <span>
            {t.common.platforms[platform]} <strong>{t.library.kinds[platform][kind]}</strong>
          </span>
          <Badge tone={fits ? "good" : "warn"}>{fits ? t.library.fits : t.library.fitsNot}</Badge>
        </p>
        {problems.map(({ code, item, what, fix }) => (
          <p key={`${code} ${item}`} class="small">
            {what} <span class="quiet">{fix}</span>
          </p>
        ))}
        {account_decides.map((what) => (
          <p key={what} class="small quiet">
            {t.library.accountDecides[what]}
          </p>
        ))}
      </div>
    </li>
  );
}
