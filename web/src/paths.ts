/** Every address of the app, in one place. Ids are UUIDs; an invitation's code stays behind the #, where no server sees it. */
export const paths = {
  home: "/",
  signIn: "/sign-in",
  signUp: "/sign-up",
  forgotPassword: "/forgot-password",
  newPassword: "/new-password",
  join: "/join",
  projects: "/projects",
  publish: (project: string, content?: string) =>
    `/p/${project}/publish${content ? `?content=${content}` : ""}`,
  library: (project: string) => `/p/${project}/library`,
  content: (project: string, content: string) => `/p/${project}/library/${content}`,
  history: (project: string) => `/p/${project}/history`,
  publication: (project: string, publication: string) => `/p/${project}/history/${publication}`,
  connections: (project: string) => `/p/${project}/connections`,
  members: (project: string) => `/p/${project}/members`,
  /** Where a platform's consent page leads back to, and what mails name. */
  settingsConnections: "/settings/connections",
  account: "/account",
  accountPrivacy: "/account/privacy",
  /** Behind the # stands what an erasure is known by, once there is no account to sign in to. */
  erased: "/erased",
  erasedAs: (receipt: string, code: string) => `/erased#receipt=${receipt}&code=${code}`,
  dataPolicy: "/privacy",
  dataHeld: "/privacy/data",
} as const;

/** Those that this app shows itself; a link to anything else loads a page. */
export const APP_PATHS =
  /^\/($|sign-in|sign-up|forgot-password|new-password|join|projects|p\/|settings\/connections|account|erased)/;
