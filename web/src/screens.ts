import type { AnyComponent } from "preact";
import type { Area } from "./i18n";
import { paths } from "./paths";

/** Something that is loaded when it is wanted, and the words that it needs. */
export type Loadable = Readonly<{ load: () => Promise<unknown>; words: readonly Area[] }>;
export type Screen<Props = Record<never, never>> = Readonly<{
  load: () => Promise<{ default: AnyComponent<Props> }>;
  words: readonly Area[];
}>;

/** The screens behind the sign-in, by their address. Each is loaded with its own first visit. */
export const OF_PROJECT = {
  "/p/:project/publish": { load: () => import("./screens/publish"), words: ["publish", "tiktok"] },
  "/p/:project/library": { load: () => import("./screens/library"), words: ["library"] },
  "/p/:project/library/:content": { load: () => import("./screens/library/content"), words: ["library"] },
  "/p/:project/history": { load: () => import("./screens/history"), words: ["history", "steps"] },
  "/p/:project/history/:publication": {
    load: () => import("./screens/history/publication"),
    words: ["history", "steps", "tiktok"],
  },
  "/p/:project/connections": { load: () => import("./screens/connections"), words: ["connections"] },
  "/p/:project/members": { load: () => import("./screens/members"), words: ["members"] },
} satisfies Record<string, Screen>;

export const OF_PERSON = {
  [paths.projects]: { load: () => import("./screens/projects"), words: ["projects"] },
  [paths.join]: { load: () => import("./screens/members/join"), words: ["members"] },
  [paths.settingsConnections]: {
    load: () => import("./screens/connections/outcome"),
    words: ["connections"],
  },
  [paths.account]: { load: () => import("./screens/account"), words: ["account"] },
  [paths.accountPrivacy]: { load: () => import("./screens/account/privacy"), words: ["account", "rights"] },
} satisfies Record<string, Screen>;

/** What a post is written in. It is large, and whoever only looks for its content does not wait for it. */
export const POST = {
  load: () => import("./screens/publish/of-content"),
  words: ["captions", "publish", "tiktok"],
} satisfies Loadable;

/** What the page at this address is going to show to whoever is signed in. */
export function screensAt({ pathname, search }: Pick<Location, "pathname" | "search">): Loadable[] {
  const isAt = (address: string) => new RegExp(`^${address.replace(/:\w+/g, "[^/]+")}/*$`).test(pathname);
  const all: Record<string, Loadable> = { ...OF_PROJECT, ...OF_PERSON };
  const found = Object.keys(all)
    .filter(isAt)
    .map((address) => all[address] as Loadable);
  const isWritten = isAt("/p/:project/publish") && new URLSearchParams(search).has("content");
  return isWritten ? [...found, POST] : found;
}
