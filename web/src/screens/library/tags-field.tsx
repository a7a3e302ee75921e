import { useId, useRef, useState } from "preact/hooks";
import { LONGEST } from "../../data/contents";
import { t } from "../../i18n";
import { number } from "../../i18n/format";
import { Icon } from "../../ui/icon";
import { withTags } from "./tags";
import "./tags-field.css";

/** Chips and a place to type the next one. Backspace in an empty place takes the last one back. */
export function TagsField({
  tags,
  onChange,
}: {
  tags: readonly string[];
  onChange: (tags: readonly string[]) => void;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { typed, error, said, type, add, remove } = useTags(tags, onChange);
  return (
    <div class="field">
      <label for={id}>{t.library.tags}</label>
      <div class="input tags-input">
        {tags.map((tag) => (
          <span key={tag} class="tag">
            {tag}
            <button
              type="button"
              aria-label={t.library.removeTag(tag)}
              onClick={() => {
                remove(tag);
                input.current?.focus();
              }}
            >
              <Icon name="cross" size={14} />
            </button>
          </span>
        ))}
        <input
          ref={input}
          id={id}
          value={typed}
          autocomplete="off"
          autocapitalize="none"
          enterkeyhint="enter"
          aria-invalid={error ? true : undefined}
          aria-describedby={`${id}-hint${error ? ` ${id}-error` : ""}`}
          onInput={({ currentTarget: { value } }) => (/[,\n]/.test(value) ? add(value) : type(value))}
          onBlur={() => add(typed)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.isComposing) {
              event.preventDefault();
              add(typed);
            }
            const last = tags.at(-1);
            if (event.key === "Backspace" && typed === "" && last) remove(last);
          }}
        />
      </div>
      <span class="hint" id={`${id}-hint`}>
        {t.library.tagsHint}
      </span>
      {error && (
        <span class="field-error" id={`${id}-error`}>
          {error}
        </span>
      )}
      <span class="only-spoken" role="status">
        {said}
      </span>
    </div>
  );
}

function useTags(tags: readonly string[], onChange: (tags: readonly string[]) => void) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string>();
  const [said, setSaid] = useState("");
  const type = (value: string) => {
    setTyped(value);
    setError(undefined);
  };
  const add = (value: string) => {
    const { tags: next, added, refused } = withTags(tags, value);
    setTyped(refused ? value : "");
    setError(refused && words(refused));
    if (added.length === 0) return;
    setSaid(added.map((tag) => t.library.tagAdded(tag)).join(", "));
    onChange(next);
  };
  const remove = (tag: string) => {
    setSaid(t.library.tagRemoved(tag));
    onChange(tags.filter((one) => one !== tag));
  };
  return { typed, error, said, type, add, remove };
}

function words(refused: "too_long" | "too_many"): string {
  return refused === "too_long"
    ? t.library.tagTooLong(number(LONGEST.tag))
    : t.library.tagsTooMany(number(LONGEST.tags));
}
