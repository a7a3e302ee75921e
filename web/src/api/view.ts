import { NOT_COUNTED, remembered, SESSION } from "../storage";

/**
 * Tells our own server that the front page was opened: its path, without cookie or referrer. Whoever is signed in is known
 * to it by their token, so that it can look whether they object; the token goes nowhere else. Not for a browser that asks
 * not to be counted, or in which somebody objected, nor while a session has run out and nobody can say whether its person
 * did. Screens behind a sign-in are never counted.
 */
export function countView(): void {
  const { globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
  if (globalPrivacyControl || navigator.doNotTrack === "1" || remembered(NOT_COUNTED)) return;
  const session = keptSession();
  if (session && !(session.expires_at * 1000 > Date.now())) return;
  fetch("/api/analytics/view", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(session && { authorization: `Bearer ${session.access_token}` }),
    },
    body: JSON.stringify({ path: location.pathname }),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    keepalive: true,
  }).catch(() => undefined);
}

/** As Supabase Auth left it: its library need not be there for this. */
function keptSession(): { access_token: string; expires_at: number } | null {
  try {
    return JSON.parse(remembered(SESSION) ?? "null");
  } catch {
    return null;
  }
}
