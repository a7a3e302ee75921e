import { Fragment } from "preact";
import { useConsents } from "../../data/consents";
import { isVideo, type Media } from "../../data/contents";
import type { Followed, Item } from "../../data/publications";
import { t } from "../../i18n";
import { dateTime, number } from "../../i18n/format";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { MediaThumb } from "../../ui/media-thumb";
import { choicesOf, consentOf, type Fact } from "./choices";
import { accountOf } from "./names";
import { areWordsCleared } from "./standing";

/** Exactly what was sent, or would have been. */
export function Details({ publication }: { publication: Followed }) {
  const { project } = useHere();
  const { content_id, content, kind, items } = publication;
  return (
    <section class="card stack" aria-labelledby="sent">
      <h2 id="sent">{t.history.whatWasSent}</h2>
      <Caption publication={publication} />
      <div class="stack tight">
        <h3>{t.history.media}</h3>
        {items.length > 1 && <p class="quiet small">{t.history.mediaOrder}</p>}
        <ol class="plain sent-media">
          {items.map((item) => (
            <Medium
              key={item.position}
              item={item}
              count={items.length}
              isCleared={areWordsCleared(publication)}
            />
          ))}
        </ol>
      </div>
      <div class="stack tight">
        <h3>{t.history.choices}</h3>
        <dl class="facts">
          <dt>{t.history.account}</dt>
          <dd>{accountOf(publication)}</dd>
          <dt>{t.history.kind}</dt>
          <dd>{t.history.kinds[kind]}</dd>
          {content_id && content && (
            <>
              <dt>{t.history.content}</dt>
              <dd>
                <a href={paths.content(project.id, content_id)}>{content.title}</a>
              </dd>
            </>
          )}
          <Facts facts={areWordsCleared(publication) ? [] : choicesOf(publication)} />
          <ConsentFact publication={publication} />
        </dl>
      </div>
    </section>
  );
}

/** The words of a finished one go with its content, and with the account of who wrote them. */
function Caption({ publication }: { publication: Followed }) {
  const { caption, kind } = publication;
  if (caption === "" && kind === "story") return null;
  return (
    <div class="stack tight">
      <h3>{t.history.caption}</h3>
      {caption ? <p class="caption">{caption}</p> : <p class="quiet">{missingWords(publication)}</p>}
    </div>
  );
}

function missingWords(publication: Followed): string {
  if (areWordsCleared(publication)) return t.history.wordsCleared;
  return publication.content_id === null ? t.history.forgotten : t.history.noCaption;
}

type MediumProps = { item: Item; count: number; isCleared: boolean };

function Medium({ item, count, isCleared }: MediumProps) {
  const { position, media } = item;
  return (
    <li>
      <MediaThumb media={media ?? undefined} />
      <span class="small quiet">
        {count > 1 && `${number(position + 1)}. `}
        {media ? descriptionOf(item, media, isCleared) : t.history.mediaGone}
      </span>
    </li>
  );
}

/** Only pictures can be described to who cannot see them. Nobody knows any more whether a cleared one was. */
function descriptionOf({ alt_text }: Item, media: Media, isCleared: boolean): string {
  if (alt_text) return t.history.altText(alt_text);
  return isVideo(media) || isCleared ? "" : t.history.noAltText;
}

function ConsentFact({ publication }: { publication: Followed }) {
  const { userId } = useSignedIn();
  const words = consentOf(publication);
  const { data } = useConsents(publication.id, words !== undefined && publication.created_by === userId);
  if (!words) return null;
  const given = data?.[0]?.given_at;
  return <Facts facts={[[t.history.consent, given ? `${words} (${dateTime(given)})` : words]]} />;
}

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <>
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </>
  );
}
