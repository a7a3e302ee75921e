import { storeKeptName } from "./data/profile";
import { paths } from "./paths";
import { supabase } from "./session";

/**
 * What a link from one of Supabase Auth's mails brought. It leads to one of our addresses with a one-time `code`, with an
 * error, or with a message that another mailbox has a link as well. Which words stand there decides nothing and is never
 * shown: whoever made the link wrote them.
 */
export type Arrival = "none" | "signed_in" | "expired" | "other_browser" | "failed" | "half_confirmed";

/** Invitations and consents have codes of their own, on other addresses. */
const LANDINGS: readonly string[] = [paths.home, paths.signIn, paths.newPassword, paths.account];

let arrived: Arrival = "none";

/** Of this visit: a reload has nothing of it any more. */
export function arrival(): Arrival {
  return arrived;
}

/** Before anything is shown. A code is redeemed at once, and stands in no address and no history afterwards. */
export async function arrive(): Promise<void> {
  const { pathname, search, hash } = location;
  const brought = whatCame(pathname, search, hash);
  if (brought === null) return;
  arrived = brought.kind === "code" ? await redeem(brought.code) : brought.kind;
  history.replaceState(history.state, "", pathname === paths.home ? paths.signIn : pathname);
}

export function whatCame(
  path: string,
  search: string,
  hash: string,
): { kind: "code"; code: string } | { kind: Exclude<Arrival, "none" | "signed_in"> } | null {
  if (!LANDINGS.includes(path)) return null;
  const query = new URLSearchParams(search);
  const fragment = new URLSearchParams(hash.slice(1));
  const given = (name: string): string | null => query.get(name) ?? fragment.get(name);
  const error = given("error_code") ?? given("error");
  if (error !== null) return { kind: ENDED.includes(error) ? "expired" : "failed" };
  const code = query.get("code");
  if (code) return { kind: "code", code };
  return given("message") === null ? null : { kind: "half_confirmed" };
}

const ENDED: readonly string[] = [
  "otp_expired",
  "access_denied",
  "flow_state_expired",
  "flow_state_not_found",
];
const ELSEWHERE: readonly string[] = ["pkce_code_verifier_not_found", "bad_code_verifier"];

async function redeem(code: string): Promise<Arrival> {
  const { error } = await (await supabase()).auth.exchangeCodeForSession(code);
  if (!error) {
    void storeKeptName();
    return "signed_in";
  }
  /* Only the browser that asked for the mail has the other half of the code. */
  if (ELSEWHERE.includes(error.code ?? "")) return "other_browser";
  return ENDED.includes(error.code ?? "") ? "expired" : "failed";
}
