import { access } from "./access";
import { common } from "./common";
import { notices } from "./notices";
import { problems } from "./problems";
import { shell } from "./shell";
import { signIn } from "./sign-in";
import { uploads } from "./uploads";

/** What stands on every screen, or on those of whoever is not signed in. */
const everywhere = { access, common, notices, problems, shell, signIn, uploads };

/** The words of single screens, which are loaded with the screens that name them. */
const later = {
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

type Everywhere = Widened<typeof everywhere>;
type Later = { [Name in keyof typeof later]: Widened<Awaited<ReturnType<(typeof later)[Name]>>> };
export type Area = keyof Later;

/** The shape that every language has: strings may differ, names and parameters may not. */
export type Messages = Everywhere & Later;
export type Language = {
  everywhere: Everywhere;
  later: { readonly [Name in Area]: () => Promise<Later[Name]> };
};
type Widened<Words> = Words extends string
  ? string
  : Words extends (...given: infer Given) => string
    ? (...given: Given) => string
    : { readonly [Name in keyof Words]: Widened<Words[Name]> };

export const english: Language = { everywhere, later };
