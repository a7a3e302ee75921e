import { CONTENT_TYPES, type Content, type Words } from "../../data/contents";
import { t } from "../../i18n";
import { ProblemBanner } from "../../ui/banner";
import { SelectField, TextArea, TextField } from "../../ui/field";
import { Badge } from "../../ui/pieces";
import type { SaveState } from "./autosave";
import { TagsField } from "./tags-field";
import { useWords } from "./use-words";
import { errorsOf } from "./words";

/** Saved while they are typed; what is not saved is never called so. */
export function WordsForm({ content }: { content: Content }) {
  const { words, state, error, change, saveNow } = useWords(content);
  const errors = errorsOf(words);
  const isUnsound = Boolean(errors.title || errors.description);
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        saveNow();
      }}
    >
      <header class="row apart">
        <h2>{t.library.wordsTitle}</h2>
        <SaveNote state={state} isUnsound={isUnsound} />
      </header>
      <TextField
        label={t.library.name}
        hint={t.library.nameHint}
        error={errors.title}
        value={words.title}
        onInput={({ currentTarget }) => change({ title: currentTarget.value })}
      />
      <TextArea
        label={t.library.description}
        hint={t.library.descriptionHint}
        error={errors.description}
        value={words.description}
        onInput={({ currentTarget }) => change({ description: currentTarget.value })}
      />
      <TypeField type={words.type} onChange={(type) => change({ type })} />
      <TagsField tags={words.tags} onChange={(tags) => change({ tags })} />
      {state === "failed" && <ProblemBanner error={error} onRetry={saveNow} />}
    </form>
  );
}

function SaveNote({ state, isUnsound }: { state: SaveState; isUnsound: boolean }) {
  const words = {
    saved: t.library.saved,
    unsaved: isUnsound ? t.library.notSaved : t.library.unsaved,
    saving: t.library.saving,
    failed: t.library.notSaved,
  };
  const isBad = state === "failed" || (state === "unsaved" && isUnsound);
  return (
    <span role="status" class={`small ${isBad ? "field-error" : "quiet"}`}>
      {words[state]}
    </span>
  );
}

function TypeField({ type, onChange }: Pick<Words, "type"> & { onChange: (type: Words["type"]) => void }) {
  return (
    <SelectField
      label={t.library.type}
      value={type}
      onChange={({ currentTarget }) =>
        onChange(CONTENT_TYPES.find((one) => one === currentTarget.value) ?? type)
      }
    >
      {CONTENT_TYPES.map((one) => (
        <option key={one} value={one}>
          {t.library.types[one]}
        </option>
      ))}
    </SelectField>
  );
}

/** For those who may look only. */
export function WordsShown({ content }: { content: Content }) {
  return (
    <section class="card stack">
      <h2>{t.library.wordsTitle}</h2>
      <p class="words-text">{content.description || <span class="quiet">{t.library.noDescription}</span>}</p>
      <p class="row">
        <Badge>{t.library.types[content.type]}</Badge>
        {content.tags.map((tag) => (
          <span key={tag} class="quiet small">
            #{tag}
          </span>
        ))}
        {content.tags.length === 0 && <span class="quiet small">{t.library.noTags}</span>}
      </p>
    </section>
  );
}
