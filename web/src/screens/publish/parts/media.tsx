import { t } from "../../../i18n";
import { takesAltText } from "../bodies";
import { chosen } from "../draft";
import type { Editing } from "../editing";
import { places } from "../places";
import { MediaList } from "./media-list";

/** The files of the content, in the order in which they are posted, for every account that has none of its own. */
export function SharedMedia({ draft, change, ready, posts, findings }: Editing) {
  const media = chosen(draft.media, ready);
  const describes = posts.filter(
    ({ account, own }) => account.platform === "instagram" && own.media === null,
  );
  const describable = media.some((one) => describes.some(({ kind }) => takesAltText(kind, one)));
  return (
    <section class="card stack" id={places.media}>
      <h2 id="media-title">{t.publish.media.title}</h2>
      {(ready.length > 1 || describable) && (
        <p class="small quiet">
          {ready.length > 1 && t.publish.media.lead} {describable && t.publish.media.altTextWhy}
        </p>
      )}
      <MediaList
        labelledBy="media-title"
        {...{ ready, media, findings }}
        isMain
        onChange={(ids) => change({ ...draft, media: ids })}
        altTexts={draft.altTexts}
        takesAltText={(one) => describes.some(({ kind }) => takesAltText(kind, one))}
        onDescribe={(id, text) => change({ ...draft, altTexts: { ...draft.altTexts, [id]: text } })}
      />
    </section>
  );
}
