import { useEffect, useRef, useState } from "preact/hooks";
import type { components } from "../../../api/schema";
import { t } from "../../../i18n";
import { number } from "../../../i18n/format";
import { Button } from "../../../ui/button";
import { Badge } from "../../../ui/pieces";

type Given = {
  variants: readonly components["schemas"]["Variant"][];
  onChoose: (text: string) => void;
  current: string;
};

/** Choosing one replaces what stood in the caption field, so that text waits here to be put back. */
export function Variants({ variants, onChoose, current }: Given) {
  const heading = useRef<HTMLElement>(null);
  const [own, setOwn] = useState<string | null>(null);
  const [said, setSaid] = useState(t.captions.arrived(number(variants.length)));
  useEffect(() => heading.current?.focus(), []);
  const use = (text: string) => {
    if (current && !variants.some((variant) => variant.text === current)) setOwn(current);
    onChoose(text);
    setSaid(t.captions.used);
  };
  const putBack = (text: string) => {
    setOwn(null);
    onChoose(text);
    setSaid(t.captions.puttingBack);
  };
  return (
    <div class="stack tight">
      <strong ref={heading} tabIndex={-1}>
        {t.captions.variants}
      </strong>
      <ol class="plain stack tight">
        {variants.map(({ text }, index) => (
          <li key={text} class="variant stack tight">
            <span class="only-spoken">{t.captions.variant(number(index + 1))}</span>
            <p class="text">{text}</p>
            <div class="row">
              <Button small onClick={() => use(text)}>
                {t.captions.use}
              </Button>
              {text === current && <Badge tone="good">{t.captions.inUse}</Badge>}
            </div>
          </li>
        ))}
      </ol>
      <div class="row">
        <span class="small" aria-live="polite">
          {said}
        </span>
        {own !== null && (
          <Button small look="plain" onClick={() => putBack(own)}>
            {t.captions.putBack}
          </Button>
        )}
      </div>
    </div>
  );
}
