/** Small things that a browser remembers. One that refuses to (private windows, full disks) forgets them. */

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
    /* Nothing that is remembered here is needed for anything to work. */
  }
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
