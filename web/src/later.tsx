import type { AnyComponent } from "preact";
import { lazy } from "preact-iso";
import { Problem } from "./api/problem";
import { type Area, loadWords } from "./i18n";
import { ProblemBanner } from "./ui/banner";
import { useOnline } from "./ui/use-online";

/**
 * A component that is loaded when it is first shown, or by `preload`, together with the words of these areas. One that
 * cannot be loaded says so where it would stand: whatever waits for a promise takes one that failed for one that is there.
 */
export function later<Props>(
  load: () => Promise<{ default: AnyComponent<Props> }>,
  ...areas: readonly Area[]
) {
  return lazy(async (): Promise<AnyComponent<Props>> => {
    try {
      const [{ default: component }] = await Promise.all([load(), loadWords(areas)]);
      return component;
    } catch {
      return Missing;
    }
  });
}

/** A browser remembers that a file failed to load: only a new page asks for it again. */
function Missing() {
  const isOnline = useOnline();
  const error = new Problem({ code: isOnline ? "unreachable" : "offline" });
  return <ProblemBanner error={error} {...(isOnline && { onRetry: () => location.reload() })} />;
}
