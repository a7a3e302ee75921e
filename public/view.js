// Tells our own server that this page was opened: its path and nothing else, without cookies or referrer. Not for a
// browser that asks not to be counted; the server looks again.
if (!navigator.globalPrivacyControl && navigator.doNotTrack !== "1") {
  fetch("/api/analytics/view", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path: location.pathname }),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    keepalive: true,
  }).catch(() => {});
}
