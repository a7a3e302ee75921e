import { Suspense } from "preact/compat";
import { useRef, useState } from "preact/hooks";
import { t } from "../../../i18n";
import { later } from "../../../later";
import { Button } from "../../../ui/button";
import { Icon } from "../../../ui/icon";
import { Skeleton } from "../../../ui/pieces";
import "./caption.css";

const CaptionPanel = later({ load: () => import("./caption-panel"), words: [] });

/**
 * Suggestions from an AI. What would be sent is shown first, and only a click sends it; `onChoose` gets the text for the
 * caption field. With `current`, what stands in that field, somebody who chose can have their own text back.
 */
export function CaptionHelp({
  contentId,
  onChoose,
  current = "",
  disabled = false,
}: {
  contentId: string;
  onChoose: (text: string) => void;
  current?: string;
  disabled?: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    opener.current?.querySelector("button")?.focus();
  };
  return (
    <div class="caption-help stack tight">
      <div ref={opener}>
        <Button
          small
          aria-expanded={isOpen}
          aria-disabled={disabled}
          onClick={() => (isOpen ? close() : setOpen(true))}
        >
          <Icon name="spark" size={18} />
          {t.captions.open}
        </Button>
      </div>
      {isOpen && (
        <Suspense fallback={<Skeleton height="12rem" />}>
          <CaptionPanel key={contentId} {...{ contentId, onChoose, current }} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}
