/**
 * Words for what the browser itself finds, and for refusals of the database that no function has put into words. The
 * functions send theirs along; another language translates those here, by their codes.
 */
export const problems: Readonly<Record<string, { title: string; detail: string }>> & {
  readonly unknown: { title: string; detail: string };
} = {
  unknown: {
    title: "Something went wrong",
    detail: "Nothing was posted because of it. Try again; if it stays, write to us.",
  },
  offline: {
    title: "You are offline",
    detail: "Nothing is lost. Try again when your connection is back.",
  },
  unreachable: {
    title: "itoms is not answering",
    detail: "Nothing is lost. Check your connection and try again in a moment.",
  },
  not_allowed: {
    title: "Your role does not allow this",
    detail: "You can look, but not change. Ask an owner.",
  },
  not_found: { title: "Not found", detail: "There is no such thing, or it is not shared with you." },
  value_not_storable: {
    title: "This cannot be stored",
    detail:
      "Something you typed is too long, empty, or has characters that cannot be kept. Change it and try again.",
  },
  role_too_low: {
    title: "Your role does not allow this",
    detail: "You can look, but not change. Ask an owner of the project.",
  },
  invitation_unknown: {
    title: "This invitation does not work",
    detail:
      "Nothing was changed. It was used, withdrawn, is older than seven days, or never was: ask for another one.",
  },
  invitation_used: {
    title: "Somebody has accepted this invitation",
    detail: "It is spent. Whoever accepted it is in the project: look there.",
  },
  too_many_invitations: {
    title: "You invited many people",
    detail: "Nothing was changed. You can invite one more every 2 minutes.",
  },
  sign_in_again: {
    title: "Your password is needed once more",
    detail:
      "Nothing was changed. Try again and type your password: so nobody who finds your browser open can do this.",
  },
  erasure_blocked: {
    title: "You are the only owner of a project with others in it",
    detail: "Nothing was erased. Say below what should become of it.",
  },
  last_owner: { title: "A project needs an owner", detail: "Make somebody else an owner first." },
  too_many_projects: {
    title: "You made many projects",
    detail: "Nothing was changed. You can make one more every 2 minutes.",
  },
  too_many_contents: {
    title: "You made many contents",
    detail: "This one was not stored. You can make one more every 6 seconds.",
  },
  too_many_changes: {
    title: "You changed this often",
    detail: "This change was not made; those before it count. Try again in an hour.",
  },
};
