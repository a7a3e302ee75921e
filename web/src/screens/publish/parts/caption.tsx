import { t } from "../../../i18n";
import { TextArea } from "../../../ui/field";
import type { Post } from "../bodies";
import { CaptionHelp } from "../caption/caption-help";
import { measures } from "../caption-limits";
import type { Editing } from "../editing";
import { places } from "../places";

/** One text for every account that has none of its own. */
export function SharedCaption({ draft, change, content, posts, isLocked }: Editing) {
  const takers = posts.filter(({ own, kind }) => own.caption === null && kind !== "story");
  return (
    <section class="card stack" id={places.caption}>
      <h2>{t.publish.caption.title}</h2>
      <CaptionField
        label={t.publish.caption.label}
        value={draft.caption}
        posts={takers}
        onChange={(caption) => change({ ...draft, caption })}
      />
      <CaptionHelp
        contentId={content.id}
        current={draft.caption}
        disabled={isLocked}
        onChoose={(caption) => change({ ...draft, caption })}
      />
    </section>
  );
}

/** With what every platform counts of it. */
export function CaptionField({
  label,
  value,
  posts,
  onChange,
}: {
  label: string;
  value: string;
  posts: readonly Post[];
  onChange: (caption: string) => void;
}) {
  const counts = measures(value, posts);
  const problems = counts.flatMap(({ problem }) => problem ?? []);
  return (
    <TextArea
      label={label}
      rows={5}
      value={value}
      onInput={(event) => onChange(event.currentTarget.value)}
      error={problems.length > 0 ? problems.join(" ") : undefined}
      hint={
        counts.length > 0 ? (
          <span class="counts">
            {counts.map(({ words }) => (
              <span key={words}>{words}</span>
            ))}
          </span>
        ) : (
          t.publish.caption.shared
        )
      }
    />
  );
}
