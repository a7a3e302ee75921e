/** What a person may narrow the history down to. It stands in the address, so that a reload and a link keep it. */
export const GROUPS = ["under_way", "published", "failed", "needs_you"] as const;
export type Group = (typeof GROUPS)[number];
export type Filter = Readonly<{
  state?: Group;
  platform?: "instagram" | "tiktok";
  /** The id of a connection. */
  account?: string;
  content?: string;
}>;
/** Of accounts that are gone: their publications stay, without a name. */
export const DISCONNECTED = "disconnected";

/** Where a page ends: the next one holds what came before it. */
export type Cursor = Readonly<{ created_at: string; id: string }>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOST_CARDS = 20;

export const isId = (text: string | undefined): text is string => text !== undefined && UUID.test(text);

/** What is no filter of ours is none: an address may have been typed. */
export function filterOf(query: Readonly<Record<string, string | undefined>>): Filter {
  const { state, platform, account, content } = query;
  return {
    ...(isGroup(state) && { state }),
    ...((platform === "instagram" || platform === "tiktok") && { platform }),
    ...((isId(account) || account === DISCONNECTED) && { account }),
    ...(isId(content) && { content }),
  };
}

const isGroup = (text: string | undefined): text is Group => GROUPS.some((group) => group === text);

/** With the cards that stand above the list, which no filter takes away. */
export function addressOf(path: string, filter: Filter, cards: readonly string[] = []): string {
  const query = new URLSearchParams(filter);
  if (cards.length > 0) query.set("of", cards.join(","));
  return query.size > 0 ? `${path}?${query}` : path;
}

/** The publications of one click, for several accounts: `?of=id,id`. */
export function idsOf(query: Readonly<Record<string, string | undefined>>): string[] {
  return [...new Set((query.of ?? "").split(",").filter(isId))].slice(0, MOST_CARDS);
}

/** PostgREST takes one "or" of a request for sure, so all of them are put into that one. */
export function allOf(...alternatives: readonly (string | undefined)[]): string | undefined {
  const given = alternatives.filter((one) => one !== undefined);
  return given.length > 1 ? `and(${given.map((one) => `or(${one})`).join(",")})` : given[0];
}

export const before = ({ created_at, id }: Cursor): string =>
  `created_at.lt."${created_at}",and(created_at.eq."${created_at}",id.lt.${id})`;

/** Quoted: a bare "unknown" is also how SQL spells a truth value, and is read as one by the local Data API. */
const DOUBT = 'state.eq."unknown"';

/** In doubt until somebody has looked, or held until somebody says that it should still go out. */
export const needsYou = (waiting: readonly string[]): string =>
  waiting.length > 0
    ? `${DOUBT},and(state.in.(queued,preparing,processing),confirmed_at.is.null,id.in.(${waiting.join(",")}))`
    : DOUBT;
