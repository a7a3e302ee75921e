import { useId } from "preact/hooks";
import { isVideo } from "../../../data/contents";
import { t } from "../../../i18n";
import { Choice } from "../../../ui/field";
import type { Post } from "../bodies";
import { type InstagramChoices as Choices, withAccount } from "../draft";
import type { Editing } from "../editing";
import { ReelCover } from "./reel-cover";

/** What Instagram lets one choose; what it becomes follows from the media. */
export function InstagramChoices({ draft, change, post, ready }: Editing & { post: Post }) {
  const name = useId();
  const { instagram } = post.own;
  const choose = (choice: Partial<Choices>) =>
    change(withAccount(draft, post.account.id, { instagram: { ...instagram, ...choice } }));
  const [only, ...others] = post.media;
  const words = t.publish.account;
  return (
    <>
      {((only && others.length === 0) || instagram.story) && (
        <fieldset class="field">
          <legend class="label">{words.as}</legend>
          <Choice
            type="radio"
            name={name}
            label={words.inFeed[only && isVideo(only) ? "reel" : "photo"]}
            checked={!instagram.story}
            onChange={() => choose({ story: false })}
          />
          <Choice
            type="radio"
            name={name}
            label={words.story}
            hint={words.storyHint}
            checked={instagram.story}
            onChange={() => choose({ story: true })}
          />
        </fieldset>
      )}
      {post.kind === "reel" && (
        <>
          <Choice
            label={words.shareToFeed}
            hint={words.shareToFeedHint}
            checked={instagram.shareToFeed}
            onChange={(event) => choose({ shareToFeed: event.currentTarget.checked })}
          />
          <ReelCover {...{ post, ready, choose }} />
        </>
      )}
    </>
  );
}
