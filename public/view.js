// Tells our own server that this page was opened: its path, without cookies or referrer. Whoever is signed in is known to
// it by their token, so that it can look whether they object; the token goes nowhere else. Not for a browser that asks not
// to be counted, or in which somebody objected, nor while a session has run out and nobody can say whether its person did.
const kept = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
};
const session = kept("itoms-session");
const known = !session || session.expires_at * 1000 > Date.now();
if (!navigator.globalPrivacyControl && navigator.doNotTrack !== "1" && !kept("itoms-not-counted") && known) {
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
  }).catch(() => {});
}
