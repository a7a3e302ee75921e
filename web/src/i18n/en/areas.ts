/** The words of single screens, which are loaded with the screens that name them. */
export const areas = {
  account: async () => (await import("./later/account")).account,
  captions: async () => (await import("./later/captions")).captions,
  connections: async () => (await import("./later/connections")).connections,
  history: async () => (await import("./later/history")).history,
  library: async () => (await import("./later/library")).library,
  members: async () => (await import("./later/members")).members,
  projects: async () => (await import("./later/projects")).projects,
  publish: async () => (await import("./later/publish")).publish,
  rights: async () => (await import("./later/rights")).rights,
  steps: async () => (await import("./later/steps")).steps,
  tiktok: async () => (await import("./later/tiktok")).tiktok,
};
