import { useId, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./button";
import "./copyable.css";

/** A text to take along, whole also where the button cannot copy it. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const id = useId();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      /* Where a browser does not allow it, the text can be marked by hand. */
      setCopied(false);
    }
  };
  return (
    <div class="copyable">
      <span class="label" id={id}>
        {label}
      </span>
      <output class="mono" aria-labelledby={id}>
        {text}
      </output>
      <Button small onClick={() => void copy()}>
        <span aria-live="polite">{copied ? t.common.copied : t.common.copy}</span>
        <span class="only-spoken">: {label}</span>
      </Button>
    </div>
  );
}
