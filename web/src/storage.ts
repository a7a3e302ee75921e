/** Small things that a browser remembers. One that refuses to (private windows, full disks) forgets them. */

/** Posts that are being written lie below names that begin so, until they are published or their writer signs out. */
export const DRAFTS = "itoms-draft.";

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    /* Whoever needs it to be there afterwards looks. */
  }
}

/** The names of what is remembered and begins so. */
export function keysOf(beginning: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(beginning));
  } catch {
    return [];
  }
}

/** Whoever signs out leaves nothing behind that they were writing. */
export function forgetDrafts(): void {
  for (const key of keysOf(DRAFTS)) remember(key, null);
}

/** Everything that this site keeps in this browser. */
export function forgetEverything(): void {
  try {
    localStorage.clear();
    sessionStorage.clear();
  } catch {
    /* A browser that keeps nothing has nothing to forget. */
  }
}
