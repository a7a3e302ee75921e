export const connections = {
  title: "Connections",
  lead: "The accounts that this project publishes to.",
  viewer:
    "You can look at everything here. Owners and editors of the project connect and disconnect; what you connected yourself, you can disconnect.",
  none: (platform: string) => `No ${platform} account is connected.`,
  connect: (platform: string) => `Connect ${platform}`,
  connectAnother: (platform: string) => `Connect another ${platform} account`,
  connectHint: (platform: string) => `You agree on ${platform}'s own page, and come back here.`,
  disconnect: "Disconnect",
  disconnectOf: (account: string) => `Disconnect ${account}`,
  accountsOf: (platform: string) => `Connected ${platform} accounts`,

  facts: { type: "Account type", connected: "Connected", access: "Access" },
  types: { BUSINESS: "Business", CREATOR: "Creator", MEDIA_CREATOR: "Creator" },
  connectedBy: (when: string, who: string) => `${when} by ${who}`,
  connectedByFormer: (when: string) => `${when} by somebody who left`,
  you: "you",
  unnamed: "somebody without a name",

  health: {
    connected: "Connected",
    runsOut: "Runs out",
    reconnect: "Reconnect needed",
  },
  renews: (until: string) => `Renews by itself before ${until}`,
  runsOut: (on: string) => `Runs out on ${on}`,
  ranOut: (on: string) => `Ran out on ${on}`,
  notRenewed:
    "It is not being renewed: the platform is switched off here at the moment, or people of this project do not want it used. Reconnect in time, once that is over.",
  since: (when: string) => `Since ${when}.`,
  tokensGone: "Its tokens are deleted here, and nothing can be posted to it.",
  removedOn: (when: string) =>
    `If nobody reconnects it, the account is removed here on ${when} at the earliest.`,

  read: {
    title: (platform: string) => `What itoms reads from ${platform}`,
    permissions: "Permissions it asks for",
    instagram: {
      data: {
        username: {
          what: "Username",
          why: "To show which account is connected.",
          kept: "Until you disconnect.",
        },
        id: { what: "User ID", why: "To publish to the account.", kept: "Until you disconnect." },
        type: {
          what: "Account type",
          why: "To see that it may publish: Business or Creator.",
          kept: "Until you disconnect.",
        },
        token: {
          what: "Access token",
          why: "To publish for you.",
          kept: "Encrypted; deleted when you disconnect.",
        },
      },
      permissions: {
        basic: { name: "instagram_business_basic", what: "read account information" },
        publish: {
          name: "instagram_business_content_publish",
          what: "publish photos, videos and carousels for you",
        },
      },
      never: "Never read: followers, messages, insights, comments, or anything else.",
      click: "Nothing is published until you click Publish.",
    },
    tiktok: {
      data: {
        name: {
          what: "Display name",
          why: "To show which account is connected.",
          kept: "Until you disconnect.",
        },
        id: { what: "Open ID", why: "To publish to the account.", kept: "Until you disconnect." },
        token: {
          what: "Access token",
          why: "To publish for you.",
          kept: "Encrypted; deleted when you disconnect.",
        },
        refresh: {
          what: "Refresh token",
          why: "To renew an access token that runs out.",
          kept: "Encrypted; deleted when you disconnect.",
        },
      },
      permissions: {
        basic: { name: "user.info.basic", what: "read the display name" },
        publish: { name: "video.publish", what: "publish for you" },
      },
      never: "Never read: followers, messages, analytics, or anything else.",
      click:
        "Nothing is published until you click Publish. Posting means that you agree to TikTok's Music Usage Confirmation; you are asked with each post.",
    },
    policy: "All of it in the data policy",
  },

  leaving: {
    title: (account: string) => `Disconnect ${account}?`,
    tokens: "Its tokens are deleted here at once and for good.",
    account: "Its name and ids are deleted as well.",
    historyInstagram: "Your history stays. The ids and links of its Instagram posts go.",
    historyTiktok: "Your history stays.",
    posts: (platform: string) => `What is on ${platform} stays there: itoms deletes no post.`,
    underWay: (count: string) =>
      `${count} under way. What has not gone out is stopped; of what may be out already, you have to look there yourself.`,
    underWayOne: "post is",
    underWayOther: "posts are",
    again: "You can connect the account again at any time.",
    confirm: "Disconnect",
    keep: "Keep it",
  },
  receipt: {
    title: "Disconnected",
    tokens: "Tokens deleted here",
    at: "When",
    platform: (platform: string) => `Told to ${platform}`,
    elsewhere: (platform: string) => `You can also remove itoms on ${platform}'s side`,
    after: "And then?",
    number: "Receipt",
  },
  revocation: {
    pending: (platform: string) => `${platform} has not answered yet.`,
    revoked: (platform: string) => `Yes. ${platform} confirmed that the access is over there, too.`,
    failed: (platform: string) => `${platform} did not answer. Remove itoms there as well.`,
    unsupported: (platform: string) =>
      `${platform} did not let itoms end it there. Remove itoms there as well.`,
    skipped: (platform: string) =>
      `No: at that time itoms made no calls to ${platform}. Remove itoms there as well.`,
    nothing: () => "Not needed: there was no access left.",
    notTold: () => "No. Whoever connected it can remove itoms there as well.",
    asked: (platform: string) => `Not needed: ${platform} told us.`,
  },

  past: {
    title: "Receipts",
    lead: "Each time tokens were deleted, with what the platform answered. No receipt names an account.",
    none: "Nothing was disconnected so far.",
    when: "When",
    platform: "Platform",
    what: "What happened",
    tokens: "Tokens deleted",
    told: "Platform told",
    by: (who: string) => `Disconnected by ${who}`,
    byFormer: "Disconnected",
    platformDeletion: (platform: string) => `Removed: its owner asked ${platform} to have it deleted`,
    notReconnected: "Removed: nobody reconnected it for 30 days",
    all: (count: string) => `Show all ${count}`,
  },
  atPlatform: {
    title: "End the access on the platform's side",
    lead: "Disconnecting here is enough. You can also remove itoms where you gave it access:",
    instagram: "Instagram: Settings → Apps and Websites → Remove itoms",
    tiktok: "TikTok: Settings → Security → Manage app permissions → Remove itoms",
    after:
      "If you do that while the account is connected here, its tokens are deleted here as soon as the platform tells us or refuses a call. The account then asks to be reconnected, and is removed after 30 days if nobody does.",
  },

  outcome: {
    connected: { title: "is connected", detail: "You can publish to it now." },
    cancelled: { title: "not connected", detail: "You cancelled. Nothing was stored." },
    permission_missing: {
      title: "permission to post is missing",
      detail: "Nothing was stored. Try again and leave every permission switched on.",
    },
    account_not_professional: {
      title: "this account cannot publish",
      detail:
        "Only professional accounts can. Switch it to Business or Creator in Instagram's settings, then try again. Nothing was stored.",
    },
    connected_elsewhere: {
      title: "already connected elsewhere",
      detail:
        "Another project has this account. Disconnect it there first, then connect it here. Nothing was changed.",
    },
    not_a_test_user: {
      title: "this account may not be used yet",
      detail:
        "The TikTok app runs in its sandbox, and this account is not one of its test users. Nothing was stored.",
    },
    code_rejected: {
      title: "not connected",
      detail: "The platform did not accept the sign-in. Nothing was stored; try again.",
    },
    platform_unavailable: {
      title: "not connected",
      detail: "The platform is not answering. Nothing was stored; try again in a few minutes.",
    },
    platform_switched_off: {
      title: "not connected",
      detail:
        "For safety itoms makes no calls to this platform at the moment. Nothing was stored; try again later.",
    },
    app_misconfigured: {
      title: "not connected",
      detail: "The platform does not know this app. Nothing was stored, and only our operator can mend it.",
    },
    not_found: {
      title: "not connected",
      detail: "You are no longer a member of the project. Nothing was stored.",
    },
    role_too_low: {
      title: "not connected",
      detail: "Your role in the project changed. Nothing was stored; ask an owner.",
    },
    account_erased: {
      title: "not connected",
      detail: "The account or project is being erased. Nothing was stored.",
    },
    disconnected_meanwhile: {
      title: "not connected",
      detail: "The account was disconnected while you connected it. Nothing was stored; try again.",
    },
    database_unavailable: {
      title: "not connected",
      detail: "Storage was not answering. If the account is not listed below, try again in a moment.",
    },
    other: {
      title: "something went wrong on our side",
      detail: "If the account is not listed below, connect it once more.",
    },
    of: (platform: string, what: string) => `${platform}: ${what}`,
    account: "account",
    stillOut: (accounts: string, platform: string) =>
      `Still to be reconnected: ${accounts}. Choose that account on ${platform}'s page.`,
    publish: "Go and publish",
    lostTitle: "This project is not there",
    lost: "You are not in it, or it is gone. If you were connecting an account: nothing of it is shown here.",
    toProjects: "Your projects",
  },
} as const;
