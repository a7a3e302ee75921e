import { lazy } from "preact-iso";
import { exec } from "preact-iso/router";
import { paths } from "./paths";

/** The screens behind the sign-in, by their address. Each is loaded with its own first visit. */
export const OF_PROJECT = {
  "/p/:project/publish": lazy(() => import("./screens/publish")),
  "/p/:project/library": lazy(() => import("./screens/library")),
  "/p/:project/library/:content": lazy(() => import("./screens/library/content")),
  "/p/:project/history": lazy(() => import("./screens/history")),
  "/p/:project/history/:publication": lazy(() => import("./screens/history/publication")),
  "/p/:project/connections": lazy(() => import("./screens/connections")),
  "/p/:project/members": lazy(() => import("./screens/members")),
};

export const OF_PERSON = {
  [paths.projects]: lazy(() => import("./screens/projects")),
  [paths.join]: lazy(() => import("./screens/members/join")),
  [paths.settingsConnections]: lazy(() => import("./screens/connections/outcome")),
  [paths.account]: lazy(() => import("./screens/account")),
  [paths.accountPrivacy]: lazy(() => import("./screens/account/privacy")),
};

/** Fetches the screen of this address while the session is still being looked at. Nobody hears of a failure here. */
export function expectScreen(path: string): void {
  const screens = Object.entries({ ...OF_PROJECT, ...OF_PERSON });
  const [, screen] = screens.find(([address]) => exec(path, address)) ?? [];
  screen?.preload().catch(() => undefined);
}
