import { QueryClientProvider } from "@tanstack/preact-query";
import { useEffect, useMemo } from "preact/hooks";
import { LocationProvider, Route, Router, useLocation } from "preact-iso";
import { newQueries } from "./data/queries";
import { invitationCode } from "./invitation";
import { later } from "./later";
import { APP_PATHS, paths } from "./paths";
import { OF_PERSON, OF_PROJECT, type Screen } from "./screens";
import { ForgotPassword } from "./screens/sign-in/forgot-password";
import { Landing } from "./screens/sign-in/landing";
import { SignIn } from "./screens/sign-in/sign-in";
import { SignUp } from "./screens/sign-in/sign-up";
import { type Session, useSession } from "./session";
import { Guard } from "./shell/guard";
import { Layout } from "./shell/layout";
import { NotFound } from "./shell/not-found";
import { ProjectProvider, ToProjectStart } from "./shell/project";
import { SessionProvider } from "./shell/session";

const NewPassword = later({ load: () => import("./screens/sign-in/new-password"), words: [] });
const Erased = later({ load: () => import("./screens/account/erased"), words: ["rights"] });

export function App() {
  const session = useSession();
  const userId = session?.userId;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another person, another memory
  const queries = useMemo(newQueries, [userId]);
  return (
    <QueryClientProvider client={queries}>
      <LocationProvider scope={APP_PATHS}>
        <Guard>
          <Screens session={session} />
        </Guard>
      </LocationProvider>
    </QueryClientProvider>
  );
}

/** Where a link of a mail leads, and the way out: the same for whoever is signed in. */
const DOORS: readonly string[] = [paths.newPassword, paths.forgotPassword, paths.erased];

function Screens({ session }: { session: Session | null }) {
  const { path } = useLocation();
  if (!session || DOORS.includes(path)) return <SignedOut />;
  return <SignedIn key={session.userId} session={session} />;
}

function SignedOut() {
  return (
    <Router>
      <Route path={paths.home} component={Landing} />
      <Route path={paths.signUp} component={SignUp} />
      <Route path={paths.forgotPassword} component={ForgotPassword} />
      <Route path={paths.newPassword} component={NewPassword} />
      <Route path={paths.erased} component={Erased} />
      {/* Whatever else was asked for: after signing in, it is shown. */}
      <Route default component={SignIn} />
    </Router>
  );
}

function SignedIn({ session }: { session: Session }) {
  const { path } = useLocation();
  const project = /^\/p\/([^/]+)\//.exec(path)?.[1];
  return (
    <SessionProvider session={session}>
      <Layout project={project}>
        {project ? (
          <ProjectProvider key={project} id={project}>
            <Router>
              {routesOf(OF_PROJECT)}
              <Route default component={NotFound} />
            </Router>
          </ProjectProvider>
        ) : (
          <Router>
            <Route path={paths.home} component={Start} />
            <Route path={paths.signIn} component={Start} />
            <Route path={paths.signUp} component={Start} />
            {routesOf(OF_PERSON)}
            <Route default component={NotFound} />
          </Router>
        )}
      </Layout>
    </SessionProvider>
  );
}

function routesOf(screens: Readonly<Record<string, Screen>>) {
  return Object.entries(screens).map(([at, screen]) => (
    <Route key={at} path={at} component={later(screen)} />
  ));
}

function Start() {
  return invitationCode() ? <ToInvitation /> : <ToProjectStart to={paths.publish} />;
}

/** Whoever came with an invitation and made an account first. */
function ToInvitation() {
  const { route } = useLocation();
  useEffect(() => route(paths.join + location.hash, true), [route]);
  return null;
}
