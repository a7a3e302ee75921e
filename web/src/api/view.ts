/**
 * Tells our own server that the front page was opened: its path and nothing else, without cookie, referrer or session.
 * Not for a browser that asks not to be counted; the server looks again. Screens behind a sign-in are never counted.
 */
export function countView(): void {
  const { globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
  if (globalPrivacyControl || navigator.doNotTrack === "1") return;
  fetch("/api/analytics/view", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path: location.pathname }),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    keepalive: true,
  }).catch(() => undefined);
}
