import type { Session as AuthSession, SupabaseClient } from "@supabase/supabase-js";
import { useSyncExternalStore } from "preact/compat";
import { Problem } from "./api/problem";
import { config } from "./config";
import { forgetDrafts, forgetEverythingOf, forgetProjects, remembered, SESSION } from "./storage";

/**
 * Who is signed in. Supabase Auth keeps the session in this browser's storage; what it holds opens the person's own
 * account here and nothing at a platform.
 */
export type Session = Readonly<{ userId: string; email: string }>;

const PATIENCE_MS = 10_000;

let client: Promise<SupabaseClient> | undefined;
let current: Session | null = null;
let isLeaving = false;
const listeners = new Set<() => void>();

/** Loaded at its first use, so that whoever only looks at the front page does not wait for it. */
export function supabase(): Promise<SupabaseClient> {
  client ??= connect();
  /* Whoever tries again loads it again. */
  client.catch(() => {
    client = undefined;
  });
  return client;
}

/** Whether this browser has a session, which may have ended. The page has preloaded what it needs: it is run now. */
export function expectSession(): boolean {
  if (remembered(SESSION) === null) return false;
  loadLibrary().catch(() => undefined);
  return true;
}

/**
 * Whoever was signed in when this browser was last here still is, unless Supabase says otherwise. Throws Problem when it
 * says nothing: nobody is signed out by a service that does not answer.
 */
export async function restoreSession(): Promise<void> {
  window.addEventListener("storage", leaveWithOtherTabs);
  if (remembered(SESSION) === null) return;
  const auth = (await supabase()).auth;
  const { data, error } = await Promise.race([auth.getSession(), silence()]);
  if (error) throwIfSilent(error);
  keep(data.session);
}

/** Supabase's client asks again for half a minute before it says that nobody answers. Nobody waits that long unknowing. */
async function silence(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  throw silent();
}

export function useSession(): Session | null {
  return useSyncExternalStore(subscribe, () => current);
}

export function currentSession(): Session | null {
  return current;
}

/**
 * Null when nobody is signed in. Throws Problem when Supabase Auth would have to renew it and does not answer: that is no
 * reason to do without, and whoever is signed in stays so.
 */
export async function accessToken(): Promise<string | null> {
  if (!current) return null;
  const { data, error } = await (await supabase()).auth.getSession();
  if (error) throwIfSilent(error);
  return data.session?.access_token ?? null;
}

export const signOut = (): Promise<void> => leaving(end);

/** A session that ends meanwhile takes its drafts along: whoever sees the sign-in page then finds nothing of them left. */
export async function leaving(end: () => Promise<void>): Promise<void> {
  isLeaving = true;
  await end().finally(() => {
    isLeaving = false;
  });
}

/**
 * The server does not know the session of this token any more; one that began meanwhile goes on. Whoever signs in again
 * finds what they were writing.
 */
export async function endSession(token: string): Promise<void> {
  const now = await accessToken().catch(() => null);
  if (now === token) await end();
}

function throwIfSilent({ name }: Error): void {
  if (name === "AuthRetryableFetchError") {
    throw silent();
  }
}

const silent = () => new Problem({ code: navigator.onLine ? "unreachable" : "offline" });

async function end(): Promise<void> {
  /* Local: other devices stay signed in. It ends here even when Auth does not answer. */
  await (await supabase()).auth.signOut({ scope: "local" }).catch(() => undefined);
  keep(null);
}

/** After an erasure: nobody is left whom Auth could sign out, and nothing of theirs stays in this browser. */
export function forgetSession(): void {
  if (current) forgetEverythingOf(current.userId);
  keep(null);
}

const loadLibrary = async () => (await import("@supabase/supabase-js")).createClient;

async function connect(): Promise<SupabaseClient> {
  const createClient = await loadLibrary();
  const { supabaseUrl, publishableKey } = config();
  const made = createClient(supabaseUrl, publishableKey, {
    /* What a mailed link brings is for arrival.ts: other addresses of ours have a `code` that is not Supabase's. */
    auth: { storageKey: SESSION, flowType: "pkce", detectSessionInUrl: false },
  });
  made.auth.onAuthStateChange((_, session) => keep(session));
  return made;
}

function keep(session: AuthSession | null): void {
  if (!session) forgetProjects();
  if (!session && isLeaving) forgetDrafts();
  const next = session ? { userId: session.user.id, email: session.user.email ?? "" } : null;
  if (next?.userId === current?.userId && next?.email === current?.email) return;
  current = next;
  for (const tell of listeners) tell();
}

/** Without a key: everything was forgotten. */
function leaveWithOtherTabs({ key, newValue }: StorageEvent): void {
  if ((key === SESSION && newValue === null) || key === null) keep(null);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
