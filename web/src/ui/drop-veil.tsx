import { Icon } from "./icon";
import "./drop-veil.css";

/** Over the page while files are held over it. A pointer holds them, so there is nothing to read out. */
export function DropVeil({ title, hint }: { title: string; hint?: string }) {
  return (
    <div class="drop-veil" aria-hidden="true">
      <div class="stack tight">
        <Icon name="upload" size={36} />
        <strong>{title}</strong>
        {hint && <span>{hint}</span>}
      </div>
    </div>
  );
}
