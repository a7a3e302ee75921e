import { useCallback, useEffect, useState } from "preact/hooks";
import { type Draft, newDraft } from "./draft";
import { draftFrom } from "./draft-text";
import { draftKey, type Place, storeDraft, storedDraft } from "./stored";

/** The post that is being written here. It lies in storage from the start, where every tab and every reload finds it. */
export function useDraft(place: Place, accounts: readonly string[]) {
  const [draft, setDraft] = useState(() => begun(place, accounts));
  const change = (next: Draft) => {
    storeDraft(place, next);
    setDraft(next);
  };
  const first = accounts.join();
  const reload = useCallback(
    () => setDraft(begun(place, first === "" ? [] : first.split(","))),
    [place, first],
  );
  useEffect(() => {
    const adopt = ({ key, newValue }: StorageEvent) => {
      if (key !== draftKey(place)) return;
      const theirs = draftFrom(newValue);
      if (theirs) setDraft(theirs);
      else reload();
    };
    window.addEventListener("storage", adopt);
    return () => window.removeEventListener("storage", adopt);
  }, [place, reload]);
  return { draft, change, reload };
}

function begun(place: Place, accounts: readonly string[]): Draft {
  const found = storedDraft(place);
  if (found) return found;
  const draft = newDraft(accounts);
  storeDraft(place, draft);
  return draft;
}
