import type { AuthError } from "@supabase/supabase-js";
import { Problem } from "../api/problem";
import { t } from "../i18n";
import { supabase } from "../session";

/** What Supabase Auth says, in our words: its codes are listed in its documentation under "Error codes". */
function problemOf(error: AuthError): Problem {
  const words: Readonly<Record<string, string>> = {
    invalid_credentials: t.signIn.wrong,
    user_already_exists: t.signIn.taken,
    email_exists: t.signIn.taken,
    weak_password: t.signIn.weak,
    email_not_confirmed: t.signIn.unconfirmed,
    over_request_rate_limit: t.signIn.many,
    over_email_send_rate_limit: t.signIn.many,
  };
  const title = words[error.code ?? ""];
  if (title)
    return new Problem({ code: error.code as string, status: error.status ?? 400, title, detail: "" });
  return new Problem({ code: navigator.onLine ? "unreachable" : "offline" });
}

async function asked<Answer extends { data: unknown; error: AuthError | null }>(
  answer: Promise<Answer>,
): Promise<Answer["data"]> {
  const { data, error } = await answer;
  if (error) throw problemOf(error);
  return data;
}

export async function signIn(email: string, password: string): Promise<void> {
  await asked((await supabase()).auth.signInWithPassword({ email, password }));
}

/** Says whether the address has to be confirmed first: then nobody is signed in yet. */
export async function signUp(email: string, password: string): Promise<{ mustConfirm: boolean }> {
  const emailRedirectTo = `${location.origin}/sign-in`;
  const { session } = await asked(
    (await supabase()).auth.signUp({ email, password, options: { emailRedirectTo } }),
  );
  return { mustConfirm: session === null };
}

export async function askForNewPassword(email: string): Promise<void> {
  const redirectTo = `${location.origin}/new-password`;
  await asked((await supabase()).auth.resetPasswordForEmail(email, { redirectTo }));
}

export async function changePassword(password: string): Promise<void> {
  await asked((await supabase()).auth.updateUser({ password }));
}
