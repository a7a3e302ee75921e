import { counted } from "../../format";

export const rights = {
  title: "Your data",
  lead: "It is yours. What you ask for here is done by the system itself, at once.",
  held: "What we hold",
  heldText:
    "Each kind of record, why we have it, for how long, and who receives it, is on the public page. Your own stands on the screens where you work with it: contents, posts, accounts.",
  heldLink: "What we hold, why and how long",
  captions: (count: number) => `${counted(count, "AI caption", "AI captions")} asked for in the last 31 days`,
  noCaptions: "You asked for no AI caption in the last 31 days.",

  signIns: "Where you are signed in",
  signInsText:
    "Each sign-in of yours that has not ended, as Supabase keeps it for us; its last use is known to the hour. If one is not yours, end it here and change your password.",
  noSignIns: "Your sign-ins were ended elsewhere. This browser will ask for your password within an hour.",
  browserOn: (browser: string, system: string) => `${browser} on ${system}`,
  unknownBrowser: "A browser without a known name",
  thisBrowser: "This browser",
  ipAddress: "IP address",
  notKnown: "Not known",
  signedInAt: "Signed in",
  lastUsed: "Last used",
  fullName: "What it calls itself",
  signOutElsewhere: "Sign out everywhere else",
  signOutElsewhereTitle: "Sign out everywhere else?",
  signOutElsewhereAsk:
    "All other sign-ins end and need your password again. This browser stays signed in, and what is being published or exported goes on.",
  signedOutElsewhere: "You are signed out everywhere else",
  signedOutElsewhereText: "A screen that is open elsewhere closes within an hour.",

  export: "Take your data with you",
  exportText:
    "One archive with everything we have about you: your account, projects, contents, connected accounts, posts and what became of them, and what you asked of us. As text that you and machines can read. Never in it: the keys to your accounts at Instagram and TikTok.",
  withMedia: "With my photos and videos",
  withMediaHint: "Takes longer. Without them the archive says which files you have.",
  startExport: "Make the archive",
  anotherExport: "Make another archive",
  exportUnderWay: "Your archive is being made",
  exportUnderWayText: "You can close this page: it goes on by itself, and a mail tells you when it is ready.",
  exportProgress: "How far it is",
  exportReady: "Your archive is ready",
  exportReadyText: (size: string, when: string) => `${size}, here until ${when}. Then it is deleted.`,
  download: "Download",
  downloadStarted: "The download has begun.",
  contentHash: "Fingerprint of its contents (SHA-256)",
  contentHashHint: "The same as in the archive's manifest: so you can tell that it is whole.",
  earlier: "Earlier archives",
  became: "What became of it",
  media: "photos and videos",
  noMedia: "no files",
  expired: "Deleted: its 24 hours were over, or a platform had an account in it deleted",
  failed: "Could not be made within a day. Ask again; if it stays, write to us.",
  ready: (when: string) => `Ready, here until ${when}`,

  choices: "What we may do with it",
  choicesText:
    "A switch that you turn off takes effect on our servers at that moment, wherever you are signed in.",
  purposes: {
    ai_captions: {
      name: "AI captions",
      off: "Turned off: nothing of yours is sent to Anthropic, and nobody can ask for a caption under your name. You write captions yourself.",
    },
    analytics: {
      name: "Counting page views",
      off: "Turned off: our public pages are not counted wherever you are signed in, nor in this browser after you sign out. Screens behind the sign-in never are.",
    },
    publishing: {
      name: "Publishing",
      off: "Turned off: nothing is posted or connected by you, and what of yours waits to be posted is cancelled. Posts that are out stay.",
    },
  },
  allowed: "Allowed",
  objected: "You object",
  objectedSince: (when: string) => `You object since ${when}.`,
  turnOffPublishing: "Turn publishing off?",
  turnOffPublishingText:
    "Posts of yours that wait are cancelled, and do not come back when you turn publishing on again. What may have reached a platform already is followed until its outcome is known.",
  turnOff: "Turn it off",
  nowOff: (name: string) => `${name} is turned off from this moment on.`,
  nowOn: (name: string) => `${name} is allowed again.`,
  restriction: "Keep my data, and do not use it",
  restrictionText:
    "For as long as this is on, everything of yours is kept and nothing is done with it: no post, no caption, no renewed access to your accounts, no page view. That goes for others of your projects too, where they would use an account that you connected or a content that you wrote.",
  restrictionOn: "Your data is kept and not used",
  restrictionSince: (when: string) =>
    `Since ${when}. The access to your accounts runs out by its own date; connect them again after that.`,
  restrict: "Stop all use of my data",
  restrictTitle: "Stop all use of your data?",
  restrictAsk:
    "Posts that wait are cancelled, and do not come back. Nothing is deleted. You can lift it here at any time.",
  lift: "Lift the restriction",
  restricted: "From this moment on your data is kept and not used.",
  lifted: "Your data is in use again.",

  requests: "What you asked of us",
  requestsText:
    "Everything you changed or asked for here or by mail, with its clock. We answer within 30 days; what the system does itself is done at once.",
  byMail: "You can ask for all of it by mail too:",
  noRequests: "You have not asked for anything yet.",
  kinds: {
    access: "A copy of your data",
    rectification: "A correction",
    erasure: "Erasure",
    restriction: "Restriction",
    portability: "Your data to take elsewhere",
    objection: "An objection",
  },
  asked: {
    objection: {
      set: (purpose: string) => `${purpose}: turned off`,
      cleared: (purpose: string) => `${purpose}: allowed again`,
    },
    restriction: { set: "All use of your data stopped", cleared: "Your data is in use again" },
    media: { true: "With photos and videos", false: "Without photos and videos" },
  },
  fields: { display_name: "Your name", email: "Your e-mail address" },
  channels: { account: "asked here", email: "asked by mail" },
  events: {
    received: "Arrived",
    identity_checked: "We made sure that it is you",
    extended: "Needs more time",
    reminded: "We were reminded of it",
    refused: "Refused",
    executed: "Done",
    answered: "Answered",
  },
  open: (when: string) => `Due ${when}`,
  late: "Overdue",
  dueBy: (day: string) => `Answer by ${day} at the latest`,
  doneAt: "Done",
  refusedAt: "Refused",
  postsStopped: (count: number) => `${counted(count, "post", "posts")} that waited did not go out.`,
  reason: (reason: string) => `Reason: ${reason}`,
  complain: (route: string) => `Where you can complain: ${route}`,
  history: "Its history",
  showAll: (count: number) => `Show all ${count}`,

  erase: "Erase my account",
  eraseText:
    "Deletes your account and everything that belongs to it, for good. Nobody can bring it back, and neither can we.",
  look: "See what would be erased",
  goes: "This goes",
  nothing: "Only your account itself: there is nothing else of yours.",
  counts: {
    projects: (count: number) => counted(count, "project", "projects"),
    contents: (count: number) => counted(count, "content", "contents"),
    files: (count: number) => counted(count, "file", "files"),
    connections: (count: number) =>
      counted(count, "connected account with its tokens", "connected accounts with their tokens"),
    publications: (count: number) => counted(count, "post in the history", "posts in the history"),
    publications_to_cancel: (count: number) =>
      counted(count, "post that waits: it is cancelled", "posts that wait: they are cancelled"),
    publications_under_way: (count: number) =>
      counted(
        count,
        "post on its way: its outcome is waited for, a quarter of an hour at most",
        "posts on their way: their outcome is waited for, a quarter of an hour at most",
      ),
  },
  yourProjects: "Your projects",
  fates: { deleted: "Goes", left: "Stays with the others", blocks: "You have to decide" },
  fateTexts: {
    deleted: "Nobody else is in it: it goes with everything in it.",
    left: "It has another owner: you leave it. The contents and files you made stay there, without your name; the captions and choices of what you published go.",
    blocks: (others: string) => `You are its only owner, and ${others} in it.`,
  },
  others: (count: number) => counted(count, "other person is", "other people are"),
  handOver: "Make one of them an owner",
  handOverHint: "Then it stays with them. Come back here afterwards.",
  deleteIt: "Delete it with everything in it",
  deleteItHint: "Also what the others made there. They are not asked.",
  undecided: "Decide about each project first.",
  stays: "This stays, and why",
  before: "Do you want a copy first? Make your archive above: after the erasure there is none.",
  wordsLabel: (words: string) => `To go on, type: ${words}`,
  wordsWrong: (words: string) => `Type exactly: ${words}`,
  start: "Erase my account for good",
  keep: "Keep my account",

  erasedTitle: "Your account is being erased",
  erasedLead:
    "You are signed out, and this browser has forgotten you. Most of it is gone already; the rest goes within a day, without anything for you to do.",
  erasedKeep: "Keep this address",
  erasedKeepText:
    "It is the only way to see how far the erasure is, and to get the signed receipt at the end. It names nobody. It works for three years.",
  erasedStatus: "Address of the status",
  erasedOpen: "See how far it is",
  receiptId: "Number of the receipt",
  erasedMail:
    "When all is done, a last mail says so. Posts on Instagram and TikTok stay until you delete them there.",
  erasedWithout: "No account, and no number",
  erasedUnknown:
    "There is no number in this address. If you have just erased your account, it is erased all the same, and a last mail says when all is done. If you kept the address of the status, open that.",
} as const;
