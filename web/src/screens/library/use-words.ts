import { useQueryClient } from "@tanstack/preact-query";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Content, changeContent, contentKey, readAnew, type Words } from "../../data/contents";
import { autosave, type SaveState } from "./autosave";
import { changesOf, isSame, isSound } from "./words";

/** Milliseconds after the last key. */
const PAUSE_MS = 700;

/** The words of a content as they are typed. They are saved by themselves, also when somebody leaves the screen. */
export function useWords(content: Content) {
  const [words, setWords] = useState<Words>(() => wordsOf(content));
  const [{ state, error }, setSaving] = useState<{ state: SaveState; error?: unknown }>({ state: "saved" });
  const keep = useKeep(content);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is stored later is known to it by itself
  const saver = useMemo(
    () =>
      autosave({
        stored: wordsOf(content),
        isSame,
        save: keep,
        onState: (next, why) => setSaving({ state: next, error: why }),
        delayMs: PAUSE_MS,
      }),
    [content.id],
  );
  useEffect(() => saver.flush, [saver]);
  useRest(state, saver.flush);
  const change = (changes: Partial<Words>) => {
    const next = { ...words, ...changes };
    setWords(next);
    saver.change(isSound(next) ? next : undefined);
  };
  return { words, state, error, change, saveNow: saver.flush };
}

function useKeep({ id, project_id }: Content) {
  const queries = useQueryClient();
  return async (words: Words, stored: Words) => {
    await changeContent(id, changesOf(words, stored));
    queries.setQueryData<Content>(contentKey(id), (known) => known && { ...known, ...words });
    await readAnew(queries, { project: project_id });
  };
}

/** What is not saved is tried again with the connection, and asked about before the page goes. */
function useRest(state: SaveState, flush: () => void): void {
  useEffect(() => {
    if (state === "saved") return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    window.addEventListener("online", flush);
    return () => {
      window.removeEventListener("beforeunload", warn);
      window.removeEventListener("online", flush);
    };
  }, [state, flush]);
}

function wordsOf({ type, title, description, tags }: Content): Words {
  return { type, title, description, tags };
}
