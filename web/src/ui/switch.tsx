import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./switch.css";

/** On or off, at once. While it is `busy` it takes no second click, and shows what it will be. */
export function Switch({
  label,
  hint,
  state,
  on,
  busy = false,
  onChange,
}: {
  label: ComponentChildren;
  hint: ComponentChildren;
  /** On or off, in words: colour and place alone tell it not to everybody. */
  state: string;
  on: boolean;
  busy?: boolean;
  onChange: (on: boolean) => void;
}) {
  const id = useId();
  return (
    <div class="switch">
      <div class="stack tight">
        <span class="label" id={`${id}-label`}>
          {label}
        </span>
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      </div>
      <button
        type="button"
        role="switch"
        aria-checked={on}
        aria-labelledby={`${id}-label`}
        aria-describedby={`${id}-hint`}
        aria-busy={busy}
        onClick={() => busy || onChange(!on)}
      >
        <span class="state">{state}</span>
        <span class="track" aria-hidden="true">
          <span class="knob" />
        </span>
      </button>
    </div>
  );
}
