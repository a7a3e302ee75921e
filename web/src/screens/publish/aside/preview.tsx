import { useId, useState } from "preact/hooks";
import { isVideo, type Media, mediaUrl } from "../../../data/contents";
import { t } from "../../../i18n";
import { number } from "../../../i18n/format";
import { Badge } from "../../../ui/pieces";
import { PlatformIcon } from "../../../ui/platform-icon";
import type { Post } from "../bodies";
import { mediaName } from "../editing";

/** What would be posted, as it stands there: of one account at a time. */
export function Preview({ posts, media }: { posts: readonly Post[]; media: readonly Media[] }) {
  const [wanted, setWanted] = useState<string | null>(null);
  const id = useId();
  const post = posts.find(({ account }) => account.id === wanted) ?? posts[0];
  return (
    <section class="card stack preview" aria-labelledby={id}>
      <header class="row apart">
        <h2 id={id}>{t.publish.preview.title}</h2>
        {post?.kind && <Badge>{t.publish.account.kind[post.kind]}</Badge>}
      </header>
      {posts.length > 1 && post && <Accounts {...{ posts, post }} onChoose={setWanted} />}
      <Pictures media={post ? post.media : []} ready={media} />
      {post && (
        <>
          {posts.length === 1 && (
            <p class="account">
              <PlatformIcon platform={post.account.platform} />
              <strong>{post.account.name}</strong>
            </p>
          )}
          <p class={post.caption ? "text" : "text quiet"}>
            {post.kind === "story" ? t.publish.caption.none : post.caption || t.publish.preview.noCaption}
          </p>
        </>
      )}
    </section>
  );
}

function Accounts({
  posts,
  post,
  onChoose,
}: {
  posts: readonly Post[];
  post: Post;
  onChoose: (id: string) => void;
}) {
  return (
    <label class="field">
      <span class="small quiet">{t.publish.preview.of}</span>
      <select class="input" value={post.account.id} onChange={(event) => onChoose(event.currentTarget.value)}>
        {posts.map(({ account }) => (
          <option key={account.id} value={account.id}>
            {`${account.name} · ${t.common.platforms[account.platform]}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Pictures({ media, ready }: { media: readonly Media[]; ready: readonly Media[] }) {
  return (
    <ul class="plain pictures" aria-label={t.publish.preview.media} tabIndex={media.length > 1 ? 0 : -1}>
      {media.length === 0 && <li class="picture" />}
      {media.map((one, index) => (
        <li key={one.id} class="picture">
          {isVideo(one) ? (
            // biome-ignore lint/a11y/useMediaCaption: it is what the creator has made
            <video
              src={mediaUrl(one)}
              controls
              preload="metadata"
              playsInline
              aria-label={mediaName(one, ready)}
            />
          ) : (
            <img src={mediaUrl(one)} alt={mediaName(one, ready)} referrerpolicy="no-referrer" />
          )}
          {media.length > 1 && (
            <span class="count">{t.publish.media.place(number(index + 1), number(media.length))}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
