import { counted } from "../format";

const accounts = (count: number): string => counted(count, "account", "accounts");

export const publish = {
  title: "Publish",
  lead: "Choose what and where. Nothing is posted before you click.",

  stopped: {
    viewer: {
      title: "You can look, but not publish",
      detail: "Your role in this project is viewer. An owner can change that under Members.",
    },
    publishing_objected: {
      title: "You switched publishing off",
      detail: "You objected to it in your privacy settings. Take that back there, and you can publish again.",
    },
    processing_restricted: {
      title: "Your data is kept and not used",
      detail:
        "You asked for that in your privacy settings, so nothing can be posted. Lift it there to publish again.",
    },
    toPrivacy: "Open the privacy settings",
    toLibrary: "Look at the library",
  },
  noAccounts: {
    title: "Connect an account first",
    detail: "This project has no account on Instagram or TikTok yet.",
    action: "Connect an account",
  },
  noContents: {
    title: "Add something to publish",
    detail: "The library of this project is empty. Add photos or a video there, then publish them here.",
    action: "Open the library",
  },
  noMedia: {
    title: "No file is ready yet",
    detail: "This content has no photo or video that can be posted. Add one, or wait until it is checked.",
    action: "Open this content",
  },
  openClicks: {
    title: "A click of yours has no answer yet",
    detail: "Open it to see what became of it. Asking is safe: it cannot post twice.",
    action: "Open it",
  },

  content: {
    title: "What to publish",
    search: "Search in the library",
    found: (count: number) => counted(count, "content", "contents"),
    none: "Nothing in the library has these words.",
    more: "Show more",
    change: "Choose another",
    withoutMedia: "No file yet",
  },
  accounts: {
    title: "Where to",
    reconnect: "Reconnect",
    reconnectOf: (account: string) => `Reconnect ${account}`,
  },
  caption: {
    title: "Caption",
    label: "Caption for all accounts",
    labelOf: (account: string) => `Caption for ${account}`,
    own: "Write another caption for this account",
    shared: "One text for all accounts. Each account can have its own below.",
    none: "A story has no caption.",
    length: (platform: string, used: string, most: string) => `${platform}: ${used} of ${most} characters`,
    tags: (used: string, most: string) => `${used} of ${most} hashtags`,
    mentions: (used: string, most: string) => `${used} of ${most} mentions`,
    tooLong: (platform: string, most: string) => `Shorten it: ${platform} takes ${most} characters.`,
    tooManyTags: (platform: string, most: string) => `Take out hashtags: ${platform} takes ${most}.`,
    tooManyMentions: (platform: string, most: string) => `Take out mentions: ${platform} takes ${most}.`,
  },
  media: {
    title: "Media",
    lead: "In this order. Drag them, or move them with the arrows.",
    own: "Choose other media for this account",
    ofAccount: (account: string) => `Media for ${account}`,
    photo: (place: string) => `Photo ${place}`,
    video: (place: string) => `Video ${place}`,
    size: (width: string, height: string) => `${width} × ${height}`,
    use: (name: string) => `Use ${name}`,
    place: (place: string, of: string) => `${place} of ${of}`,
    earlier: (name: string) => `Move ${name} up`,
    later: (name: string) => `Move ${name} down`,
    nowAt: (name: string, place: string, of: string) => `${name} is now ${place} of ${of}.`,
    altText: (name: string) => `Alternative text of ${name}`,
    altTextHint: (used: string, most: string) =>
      `For people who do not see it. Instagram shows it; ${used} of ${most} characters.`,
    altTextTooLong: (most: string) => `Shorten it to ${most} characters.`,
  },
  account: {
    kind: { photo: "Photo", reel: "Reel", carousel: "Carousel", story: "Story", video: "Video" },
    no_kind: "Not possible yet",
    as: "Post it as",
    inFeed: { photo: "Photo in the feed", reel: "Reel" },
    story: "Story",
    storyHint: "For 24 hours. A story has no caption and no alternative text.",
    shareToFeed: "Also show the reel in the feed",
    shareToFeedHint: "Otherwise it is found under Reels only.",
    cover: "Cover of the reel",
    coverMoment: "A moment of the video",
    coverMomentAt: (moment: string) => `The picture at ${moment}.`,
    coverPicture: (name: string) => `${name} as the cover`,
  },

  preview: {
    title: "Preview",
    of: "Preview for",
    media: "What is posted, in its order",
    noCaption: "Without a caption.",
  },

  checks: {
    title: "Check before the click",
    asking: "Checking",
    ready: "Nothing stands in the way.",
    mend: (count: number) => `${counted(count, "thing", "things")} to do before you can publish`,
    warnings: (count: number) => `${counted(count, "warning", "warnings")}; you can publish all the same`,
    unchecked: "Not everything could be checked.",
    goThere: "Go there",
    goThereFor: (what: string) => `Go there: ${what}`,
    quota: (used: string, total: string) => `${used} of ${total} posts within 24 hours are used.`,
    notChecked: {
      quota: "Instagram did not say how many posts are left. The post itself will tell.",
      creator: "TikTok did not say what this account may post right now.",
    },
    failed: "It could not be checked. A post is also checked when you publish it.",
    paused: (when: string) =>
      `You checked many posts. The next check comes ${when}; you can go on without, because a post is also checked when you publish it.`,
    again: "Check again",
  },
  todo: {
    account: { what: "No account is chosen.", fix: "Choose at least one." },
    media: { what: "No photo or video is chosen.", fix: "Choose at least one." },
    instagram: {
      what: "Instagram takes one photo or video, or 2 to 10 of them as a carousel.",
      fix: "Choose fewer, or other media for this account.",
    },
    story: { what: "A story takes one photo or video.", fix: "Choose one, or post it in the feed." },
    tiktok: {
      what: "TikTok takes one video, or up to 35 photos.",
      fix: "Choose only photos or one video, or other media for this account.",
    },
    altText: { what: "An alternative text is too long." },
    caption: { what: "The caption is too long for this account." },
  },

  click: {
    button: (count: number) => (count === 0 ? "Publish" : `Publish to ${accounts(count)}`),
    first: (what: string) => `First: ${what}`,
    takesTime: "Processing may take a few minutes. You can leave this page after the click.",
    asking: "Publishing",
    askingDetail: "Your click is noted. You can leave this page: History shows what became of it.",
    doubt: "We are not sure that your click arrived",
    doubtDetail: "Asking again is safe: it cannot post twice.",
    old: (when: string) => `You clicked ${when}. If it had not arrived, asking again publishes it now.`,
    askAgain: "Ask again",
    letGo: "Do not ask again",
    letGoTitle: "Forget this click?",
    letGoDetail:
      "Look in History first: if the click arrived, the post stands there. After you forget it here, a new click is a new post.",
    letGoDo: "Forget the click",
    history: "Look in History",
    elsewhere: "This post is being published just now",
    elsewhereDetail: "In another tab or window, or since before you left this page. Nothing is sent twice.",
    settledElsewhere: "This post was settled in another tab or window",
    settledElsewhereDetail: "History shows what became of it. What you see now is a new post.",
    changed: "This post has changed in another tab or window",
    changedDetail: "It was published or changed there, so your click here was not sent. Look at it again.",
    notNoted: "Your click was not sent",
    notNotedDetail:
      "This browser did not let us note it, and without the note a reload could post twice. Free some space, or leave the private window, and click again.",
    refused: "Nothing was posted",
    partly: (taken: string, all: string) => `${taken} of ${all} accounts took the post`,
    refusedAs: (what: string) => `Nothing was posted: ${what}`,
    unclear: "An earlier try of the same click may have arrived. Look in History before you click again.",
    newClick: "Nothing was posted twice. Click Publish again if you want a new post.",
    state: {
      asking: "On its way",
      doubtful: "Not sure",
      taken: "Taken",
      refused: "Nothing was posted",
    },
    follow: "Follow it",
  },
} as const;
