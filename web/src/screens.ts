import { exec } from "preact-iso/router";
import { later } from "./later";
import { paths } from "./paths";

/** The screens behind the sign-in, by their address. Each is loaded with its own first visit. */
export const OF_PROJECT = {
  "/p/:project/publish": later(() => import("./screens/publish"), "publish", "tiktok"),
  "/p/:project/library": later(() => import("./screens/library"), "library"),
  "/p/:project/library/:content": later(() => import("./screens/library/content"), "library"),
  "/p/:project/history": later(() => import("./screens/history"), "history", "steps"),
  "/p/:project/history/:publication": later(
    () => import("./screens/history/publication"),
    "history",
    "steps",
    "tiktok",
  ),
  "/p/:project/connections": later(() => import("./screens/connections"), "connections"),
  "/p/:project/members": later(() => import("./screens/members"), "members"),
};

export const OF_PERSON = {
  [paths.projects]: later(() => import("./screens/projects"), "projects"),
  [paths.join]: later(() => import("./screens/members/join"), "members"),
  [paths.settingsConnections]: later(() => import("./screens/connections/outcome"), "connections"),
  [paths.account]: later(() => import("./screens/account"), "account"),
  [paths.accountPrivacy]: later(() => import("./screens/account/privacy"), "account", "rights"),
};

/** Fetches the screen of this address while the session is still being looked at. Never fails. */
export async function expectScreen(path: string): Promise<void> {
  const screens = Object.entries({ ...OF_PROJECT, ...OF_PERSON });
  const [, screen] = screens.find(([address]) => isAt(path, address)) ?? [];
  await screen?.preload();
}

/** Whoever wrote the address may have written what is none. */
function isAt(path: string, address: string): boolean {
  try {
    return exec(path, address) !== undefined;
  } catch {
    return false;
  }
}
