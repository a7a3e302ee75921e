import type { AuthError, UserAttributes } from "@supabase/supabase-js";
import { Problem } from "../api/problem";
import { t } from "../i18n";
import { paths } from "../paths";
import { leaving, supabase } from "../session";
import { keepNameFor, storeKeptName } from "./profile";

/** What Supabase Auth says, in our words: its codes are listed in its documentation under "Error codes". */
function problemOf(error: AuthError): Problem {
  const words: Readonly<Record<string, string>> = {
    invalid_credentials: t.signIn.wrong,
    user_already_exists: t.signIn.taken,
    email_exists: t.signIn.taken,
    email_address_invalid: t.signIn.notAnAddress,
    weak_password: t.signIn.weak,
    same_password: t.signIn.same,
    email_not_confirmed: t.signIn.unconfirmed,
    over_request_rate_limit: t.signIn.many,
    over_email_send_rate_limit: t.signIn.many,
  };
  const title = words[error.code ?? ""];
  const status = error.status ?? 0;
  if (title) return new Problem({ code: error.code as string, status, title, detail: "" });
  if (NOT_FRESH.includes(error.code ?? "")) return new Problem({ code: "sign_in_again", status });
  if (status >= 400 && status < 500) return new Problem({ code: "unknown", status });
  return new Problem({ code: navigator.onLine ? "unreachable" : "offline" });
}

/** Auth wants to be sure that it is still the same person. */
const NOT_FRESH: readonly string[] = ["reauthentication_needed", "reauth_nonce_missing"];

async function asked<Answer extends { data: unknown; error: AuthError | null }>(
  answer: Promise<Answer>,
): Promise<Answer["data"]> {
  const { data, error } = await answer;
  if (error) throw problemOf(error);
  return data;
}

const link = (path: string): string => `${location.origin}${path}`;

export async function signIn(email: string, password: string): Promise<void> {
  await asked((await supabase()).auth.signInWithPassword({ email, password }));
  await storeKeptName();
}

/** Says whether the address has to be confirmed first: then nobody is signed in yet. */
export async function signUp(
  email: string,
  password: string,
  name: string,
): Promise<{ mustConfirm: boolean }> {
  const emailRedirectTo = link(paths.signIn);
  keepNameFor(email, name);
  const { session } = await asked(
    (await supabase()).auth.signUp({ email, password, options: { emailRedirectTo } }),
  );
  if (session) await storeKeptName();
  return { mustConfirm: session === null };
}

export async function askForNewPassword(email: string): Promise<void> {
  const redirectTo = link(paths.newPassword);
  await asked((await supabase()).auth.resetPasswordForEmail(email, { redirectTo }));
}

/** Whoever is signed in elsewhere is signed out: that may be why the password is changed. */
export async function changePassword(password: string): Promise<void> {
  await change({ password });
  await signOutElsewhere().catch(() => undefined);
}

/** Nothing changes before the links in the mails are opened. */
export async function changeEmail(email: string): Promise<void> {
  await change({ email }, { emailRedirectTo: link(paths.account) });
}

async function change(attributes: UserAttributes, options?: { emailRedirectTo: string }): Promise<void> {
  await asked((await supabase()).auth.updateUser(attributes, options));
}

export async function signOutElsewhere(): Promise<void> {
  const { error } = await (await supabase()).auth.signOut({ scope: "others" });
  if (error) throw problemOf(error);
}

/** Throws, and then nobody is signed out, when Auth does not answer. */
export async function signOutEverywhere(): Promise<void> {
  await leaving(async () => {
    const { error } = await (await supabase()).auth.signOut({ scope: "global" });
    if (error) throw problemOf(error);
  });
}

/** As Auth knows it now, which another device may have changed; and the one that is not confirmed yet. */
export async function readAddresses(): Promise<{ email: string; next: string | null }> {
  const { auth } = await supabase();
  const { user } = await asked(auth.getUser());
  const { data } = await auth.getSession();
  if (user && data.session && data.session.user.email !== user.email) await auth.refreshSession();
  return { email: user?.email ?? "", next: user?.new_email ?? null };
}
