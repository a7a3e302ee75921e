import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

type Around = { label: ComponentChildren; hint?: ComponentChildren; error?: string | undefined };

/** What a control needs so that a screen reader says label, hint and error with it. */
function useAround({ hint, error }: Pick<Around, "hint" | "error">) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return {
    id,
    control: { id, "aria-invalid": error ? true : undefined, "aria-describedby": described || undefined },
  };
}

function Surround({
  id,
  label,
  hint,
  error,
  children,
}: Around & { id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span class="field-error" id={`${id}-error`}>
          {error}
        </span>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, ...input }: Around & JSX.IntrinsicElements["input"]) {
  const { id, control } = useAround({ hint, error });
  return (
    <Surround {...{ id, label, hint, error }}>
      <input class="input" {...control} {...input} />
    </Surround>
  );
}

export function TextArea({ label, hint, error, ...input }: Around & JSX.IntrinsicElements["textarea"]) {
  const { id, control } = useAround({ hint, error });
  return (
    <Surround {...{ id, label, hint, error }}>
      <textarea class="input" {...control} {...input} />
    </Surround>
  );
}

export function SelectField({
  label,
  hint,
  error,
  children,
  ...select
}: Around & JSX.IntrinsicElements["select"]) {
  const { id, control } = useAround({ hint, error });
  return (
    <Surround {...{ id, label, hint, error }}>
      <select class="input" {...control} {...select}>
        {children}
      </select>
    </Surround>
  );
}

/** A check box or a radio button with its words beside it. `title` is what shows when a pointer rests on it. */
export function Choice({
  label,
  hint,
  type = "checkbox",
  title,
  ...input
}: { label: ComponentChildren; hint?: ComponentChildren; type?: "checkbox" | "radio" } & Omit<
  JSX.IntrinsicElements["input"],
  "label" | "type"
>) {
  const id = useId();
  return (
    <div class="choice" title={title}>
      <input id={id} type={type} aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
      <label for={id}>{label}</label>
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}
