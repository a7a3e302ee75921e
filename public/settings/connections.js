// What became of a connect. The callback puts only a code into the address; the words are here.
const PLATFORMS = { instagram: "Instagram", tiktok: "TikTok" };
const OUTCOMES = {
  connected: ["Connected", "You can publish to it from your project now."],
  cancelled: ["Not connected", "You cancelled. Nothing was stored."],
  permission_missing: [
    "Permission to post is missing",
    "Nothing was stored. Connect again and leave every permission switched on.",
  ],
  account_not_professional: [
    "This account cannot publish",
    "Only professional accounts can. Switch it to Business or Creator in Instagram, then connect again. Nothing was stored.",
  ],
  connected_elsewhere: [
    "Already connected elsewhere",
    "Another project has this account. Disconnect it there first, then connect it here.",
  ],
  not_a_test_user: [
    "This account may not be used yet",
    "The TikTok app runs in its sandbox, and this account is not one of its test users. Nothing was stored.",
  ],
  code_rejected: ["Not connected", "The platform did not accept the sign-in. Nothing was stored; choose Connect again."],
  platform_unavailable: ["Not connected", "The platform is not answering. Nothing was stored; try again in a few minutes."],
  platform_switched_off: [
    "Not connected",
    "For safety we make no calls to this platform at the moment. Nothing was stored; try again later.",
  ],
  app_misconfigured: [
    "Not connected",
    "The platform does not know this app. Nothing was stored, and only our operator can mend it.",
  ],
  not_found: ["Not connected", "You are no longer a member of the project. Nothing was stored."],
  role_too_low: ["Not connected", "Your role in the project changed. Nothing was stored; ask an owner."],
};
const OTHER = [
  "Something went wrong on our side",
  "Look at the project's connections: if the account is not listed there, choose Connect again.",
];

const query = new URLSearchParams(location.search);
if (query.has("connect")) {
  const [title, detail] = OUTCOMES[query.get("connect")] ?? OTHER;
  const platform = PLATFORMS[query.get("platform")];
  document.getElementById("title").textContent = platform ? `${platform}: ${title.toLowerCase()}` : title;
  document.getElementById("detail").textContent = detail;
}
