import { QueryClientProvider } from "@tanstack/preact-query";
import { useEffect, useMemo } from "preact/hooks";
import { LocationProvider, lazy, Route, Router, useLocation } from "preact-iso";
import { newQueries } from "./data/queries";
import { invitationCode } from "./invitation";
import { APP_PATHS, paths } from "./paths";
import { ForgotPassword } from "./screens/sign-in/forgot-password";
import { Landing } from "./screens/sign-in/landing";
import { SignIn } from "./screens/sign-in/sign-in";
import { SignUp } from "./screens/sign-in/sign-up";
import { type Session, useSession } from "./session";
import { Guard } from "./shell/guard";
import { Layout } from "./shell/layout";
import { NotFound } from "./shell/not-found";
import { ProjectProvider, useProjectStart } from "./shell/project";
import { SessionProvider } from "./shell/session";

const NewPassword = lazy(() => import("./screens/sign-in/new-password"));
const Projects = lazy(() => import("./screens/projects"));
const Join = lazy(() => import("./screens/members/join"));
const Publish = lazy(() => import("./screens/publish"));
const Library = lazy(() => import("./screens/library"));
const Content = lazy(() => import("./screens/library/content"));
const History = lazy(() => import("./screens/history"));
const Publication = lazy(() => import("./screens/history/publication"));
const Connections = lazy(() => import("./screens/connections"));
const Outcome = lazy(() => import("./screens/connections/outcome"));
const Members = lazy(() => import("./screens/members"));
const Account = lazy(() => import("./screens/account"));
const AccountPrivacy = lazy(() => import("./screens/account/privacy"));
const Erased = lazy(() => import("./screens/account/erased"));

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
              <Route path="/p/:project/publish" component={Publish} />
              <Route path="/p/:project/library" component={Library} />
              <Route path="/p/:project/library/:content" component={Content} />
              <Route path="/p/:project/history" component={History} />
              <Route path="/p/:project/history/:publication" component={Publication} />
              <Route path="/p/:project/connections" component={Connections} />
              <Route path="/p/:project/members" component={Members} />
              <Route default component={NotFound} />
            </Router>
          </ProjectProvider>
        ) : (
          <Router>
            <Route path={paths.home} component={Start} />
            <Route path={paths.signIn} component={Start} />
            <Route path={paths.signUp} component={Start} />
            <Route path={paths.projects} component={Projects} />
            <Route path={paths.join} component={Join} />
            <Route path={paths.settingsConnections} component={Outcome} />
            <Route path={paths.account} component={Account} />
            <Route path={paths.accountPrivacy} component={AccountPrivacy} />
            <Route default component={NotFound} />
          </Router>
        )}
      </Layout>
    </SessionProvider>
  );
}

function Start() {
  return invitationCode() ? <ToInvitation /> : <ToProject />;
}

/** Whoever came with an invitation and made an account first. */
function ToInvitation() {
  const { route } = useLocation();
  useEffect(() => route(paths.join + location.hash, true), [route]);
  return null;
}

function ToProject() {
  useProjectStart(paths.publish);
  return null;
}
