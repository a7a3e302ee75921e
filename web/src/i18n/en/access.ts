export const access = {
  reconnect: "Reconnect",
  reconnectOf: (account: string) => `Reconnect ${account}`,

  /* Why an access ended: every code that stands in connections.status_reason, access_endings.cause and notices.cause. */
  reasons: {
    revoked_on_platform: (platform: string) => `itoms was removed in ${platform}'s settings.`,
    token_expired: () => "The access ran out before it was renewed.",
    access_ended: (platform: string) =>
      `${platform} does not accept the access any more, for example after a new password.`,
    account_restricted: (platform: string) =>
      `${platform} wants something confirmed. Open its app, follow the notice there, then reconnect.`,
    member_left: () =>
      "Whoever connected it is not in this project any more. Whoever manages the account reconnects it.",
    account_erased: () =>
      "Whoever connected it is leaving itoms. Reconnect it yourself if it should stay here.",
  },
  otherReason: (platform: string) => `${platform} does not accept the access any more.`,
} as const;
