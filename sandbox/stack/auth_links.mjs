/*
 * The links in the mails of Supabase Auth, as the hosted one makes them for a browser that holds a PKCE verifier: they
 * lead to the address that was asked for, with a one-time code that only this browser can redeem. Lite sends every link
 * to the site's front page, with the session itself behind the #.
 *
 * Sources: Supabase, "PKCE flow" and "Redirect URLs". Nothing is mailed: what a person would find in their mailbox is a
 * line of this process's log.
 */
import { randomUUID } from "node:crypto";

const MAILS = ["/auth/v1/recover", "/auth/v1/signup", "/auth/v1/user"];

export function authLinks({ app, database, siteUrl, base }) {
  /* By address, until the mail is written; then by the hash in its link. */
  const asked = new Map();
  const byHash = new Map();

  const write = (type) => async (address, hash, _otp, meta) => {
    const flow = asked.get(address) ?? { redirectTo: siteUrl };
    asked.delete(address);
    byHash.set(hash, { ...flow, type });
    const link = new URL("/auth/v1/verify", base);
    link.search = new URLSearchParams({ token: hash, type, redirect_to: flow.redirectTo });
    console.log(`mail to ${meta?.newEmail ?? address}: ${type} ${link}`);
  };
  app._mailer = {
    sendConfirmation: write("signup"),
    sendRecovery: write("recovery"),
    sendMagicLink: write("magiclink"),
    sendEmailChange: write("email_change"),
    sendReauthentication: async () => {},
  };

  async function note(request, url) {
    const { code_challenge: challenge, code_challenge_method: method, email } = await read(request);
    const address = url.pathname.endsWith("/user") ? claims(bearer(request)).email : email;
    if (challenge && address)
      asked.set(address.toLowerCase(), { challenge, method, redirectTo: allowed(url.searchParams.get("redirect_to")) });
  }

  /* Any address of ours; everything else becomes the front page. */
  const allowed = (address) =>
    URL.canParse(address ?? "") && new URL(address).origin === new URL(siteUrl).origin ? address : siteUrl;

  async function verify(request, url) {
    const flow = byHash.get(url.searchParams.get("token") ?? "");
    const answer = await app.fetch(request);
    const to = new URL(answer.headers.get("location") ?? siteUrl);
    const given = new URLSearchParams(to.hash.slice(1));
    if (!flow?.challenge) return answer;
    const back = new URL(flow.redirectTo);
    if (given.has("access_token")) back.searchParams.set("code", await issue(flow, given.get("access_token")));
    else back.search = back.hash = given;
    return new Response(null, { status: 303, headers: { location: back.href } });
  }

  /* Instead of the session that Lite has begun. */
  async function issue({ type, challenge, method }, token) {
    const { sub, session_id: session } = claims(token);
    const code = randomUUID();
    await database.query("delete from auth.sessions where id = $1", [session]);
    await database.query(
      "insert into auth.flow_state (id, user_id, auth_code, authentication_method, code_challenge, code_challenge_method," +
        " provider_type, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, 'email', now(), now())",
      [randomUUID(), sub, code, type, challenge, method],
    );
    return code;
  }

  return async function answered(request) {
    const url = new URL(request.url);
    if (MAILS.includes(url.pathname) && request.method !== "GET") await note(request.clone(), url);
    return url.pathname === "/auth/v1/verify" && request.method === "GET" ? verify(request, url) : null;
  };
}

const bearer = (request) => /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";

/* Of a token that Lite itself judges, or has just made. */
function claims(token) {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  } catch {
    return {};
  }
}

async function read(request) {
  try {
    return await request.json();
  } catch {
    return {};
  }
}
