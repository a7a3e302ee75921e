import { account } from "./account";
import { captions } from "./captions";
import { common } from "./common";
import { connections } from "./connections";
import { history } from "./history";
import { library } from "./library";
import { members } from "./members";
import { notices } from "./notices";
import { problems } from "./problems";
import { projects } from "./projects";
import { publish } from "./publish";
import { rights } from "./rights";
import { shell } from "./shell";
import { signIn } from "./sign-in";
import { steps } from "./steps";
import { tiktok } from "./tiktok";

const english = {
  account,
  captions,
  common,
  connections,
  history,
  library,
  members,
  notices,
  problems,
  projects,
  publish,
  rights,
  shell,
  signIn,
  steps,
  tiktok,
};

/** The shape that every language has: strings may differ, names and parameters may not. */
export type Messages = Widened<typeof english>;
type Widened<Words> = Words extends string
  ? string
  : Words extends (...given: infer Given) => string
    ? (...given: Given) => string
    : { readonly [Name in keyof Words]: Widened<Words[Name]> };

export const messages: Messages = english;
