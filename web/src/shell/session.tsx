import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Session } from "../session";

const Context = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ComponentChildren }) {
  return <Context.Provider value={session}>{children}</Context.Provider>;
}

/** Who is signed in. Only on screens that nobody else sees. */
export function useSignedIn(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("useSignedIn where nobody is signed in");
  return session;
}
