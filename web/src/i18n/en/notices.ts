export const notices = {
  access_ended: (account: string) => `itoms has no access to ${account} any more`,
  account_removed: (platform: string) => `A ${platform} account was removed here`,
  confirmation_needed: (platform: string) => `A post to ${platform} waits for your word`,
  removedBecause: {
    platform_deletion: (platform: string) =>
      `Its owner asked ${platform} to have it deleted. What itoms knew of it is gone; posts on ${platform} stay there.`,
    not_reconnected: (platform: string) =>
      `Nobody reconnected it for 30 days. Posts on ${platform} stay there.`,
    account_erased: (platform: string) =>
      `Whoever connected it has left itoms. Posts on ${platform} stay there; connect it again if you need it.`,
  },
  removedOtherwise: (platform: string) => `Posts on ${platform} stay there.`,
  confirm:
    "Calls to the platform were stopped for a while, so nothing goes out without you. After a week without a word it is cancelled.",
  inProject: (project: string, what: string) => `${project}: ${what}`,
  reconnect: "Reconnect",
  decide: "Decide about it",
  look: "Look at the connections",
  dismiss: "Dismiss",
  dismissOf: (what: string) => `Dismiss: ${what}`,
  more: (count: string) => `And ${count} more.`,
} as const;
