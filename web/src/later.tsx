import type { AnyComponent } from "preact";
import { lazy } from "preact-iso";
import { Problem } from "./api/problem";
import { loadWords } from "./i18n";
import type { Loadable, Screen } from "./screens";
import { ProblemBanner } from "./ui/banner";
import { useOnline } from "./ui/use-online";

const made = new WeakMap<object, unknown>();

/**
 * A component that is loaded when it is first shown, or by `preload`, together with its words: the same one, however
 * often it is asked for. One that cannot be loaded says so where it would stand: whatever waits for a promise takes one
 * that failed for one that is there.
 */
export function later<Props>(screen: Screen<Props>) {
  const component =
    (made.get(screen) as ReturnType<typeof makeLater<Props>> | undefined) ?? makeLater(screen);
  made.set(screen, component);
  return component;
}

/** Never fails. */
export async function preload(screen: Loadable): Promise<void> {
  await later(screen as Screen).preload();
}

function makeLater<Props>({ load, words }: Screen<Props>) {
  return lazy(async (): Promise<AnyComponent<Props>> => {
    try {
      const [{ default: component }] = await Promise.all([load(), loadWords(words)]);
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
