/** Small things that a browser remembers. One that refuses to (private windows, full disks) forgets them. */

/** Where Supabase Auth keeps the session. */
export const SESSION = "itoms-session";

/** Whoever was here last objects to counting page views. Stays when they sign out: the objection does, and names nobody. */
export const NOT_COUNTED = "itoms-not-counted";

/** Posts that are being written lie below names that begin so, until they are published or their writer signs out. */
export const DRAFTS = "itoms-draft.";

/** The project that somebody was in last, until they sign out. */
export const PROJECT = "itoms-project";

/** The list of somebody's projects as it was last read, until they sign out. */
export const PROJECTS = "itoms-projects.";

/** Clicks stay when somebody signs out: one without an answer must be found again, or it could be made twice. */
export const CLICKS = "itoms-click.";

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

/** Of whoever is not signed in any more nobody finds here in which projects they are. */
export function forgetProjects(): void {
  for (const key of [PROJECT, ...keysOf(PROJECTS)]) remember(key, null);
}

/**
 * All that this site keeps in this browser, but for the clicks of other people: one without an answer must be found again
 * by whoever made it.
 */
export function forgetEverythingOf(user: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(CLICKS) || key.startsWith(`${CLICKS}${user}.`)) localStorage.removeItem(key);
    }
    sessionStorage.clear();
  } catch {
    /* A browser that keeps nothing has nothing to forget. */
  }
}
