import { access } from "./access";
import { areas } from "./areas";
import { common } from "./common";
import { notices } from "./notices";
import { problems } from "./problems";
import { shell } from "./shell";
import { signIn } from "./sign-in";
import { uploads } from "./uploads";

/** What stands on every screen, or on those of whoever is not signed in. */
const everywhere = { access, common, notices, problems, shell, signIn, uploads };

type Everywhere = Widened<typeof everywhere>;
type Later = { [Name in keyof typeof areas]: Widened<Awaited<ReturnType<(typeof areas)[Name]>>> };
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

export const english: Language = { everywhere, later: areas };
