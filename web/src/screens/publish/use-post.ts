import { useEffect, useMemo } from "preact/hooks";
import type { Connection } from "../../data/connections";
import type { Content } from "../../data/contents";
import { useSignedIn } from "../../shell/session";
import { checkBody, clickBody, type Post, postFor } from "./bodies";
import type { Wish } from "./click";
import type { Draft } from "./draft";
import { asAccount, type Editing } from "./editing";
import { findings } from "./findings";
import type { ShownCreator } from "./tiktok/choices";
import { useChecks } from "./use-checks";
import { useClick } from "./use-click";
import { useDraft } from "./use-draft";

/** The draft of this content, what follows from it for every account, and its click. */
export function usePost(project: string, content: Content, connections: readonly Connection[]) {
  const { userId: user } = useSignedIn();
  const place = useMemo(() => ({ user, project, content: content.id }), [user, project, content.id]);
  const accounts = connections.filter(({ status }) => status === "active").map(asAccount);
  /* Of a single account nobody has to say that it is meant. */
  const { draft, change, reload } = useDraft(
    place,
    accounts.length === 1 ? accounts.map(({ id }) => id) : [],
  );
  const { shown, clicker } = useClick(place);
  const { checks, checker } = useChecks();
  const ready = content.media.filter(({ state }) => state === "ready");
  const posts = accounts
    .filter(({ id }) => draft.accounts.includes(id))
    .map((account) => postFor(draft, account, ready));
  const creatorOf: CreatorOf = ({ account }) => checks.of.get(account.id)?.creator ?? null;
  useEffect(() => {
    checker.want(bodiesBy(posts, (post) => checkBody(draft, post, content.id, creatorOf(post))));
  });
  const editing: Editing = {
    draft,
    change,
    content,
    ready,
    posts,
    checks: checks.of,
    findings: findings(draft, posts, checks.of),
    isLocked: shown.click !== null || shown.isElsewhere,
  };
  const press = () => {
    const wishes = wishesOf(draft, posts, content.id, creatorOf);
    if (wishes) void clicker.press(draft.id, wishes);
  };
  return { editing, shown, clicker, checks, checker, reload, press };
}

type CreatorOf = (post: Post) => ShownCreator | null;

/** Every account's, or none: one click is for all that are chosen. */
function wishesOf(
  draft: Draft,
  posts: readonly Post[],
  content: string,
  creatorOf: CreatorOf,
): Wish[] | null {
  const bodies = bodiesBy(posts, (post) => clickBody(draft, post, content, creatorOf(post)));
  if (posts.length === 0 || bodies.size < posts.length) return null;
  return posts.flatMap(({ account: { id, name, platform } }) => {
    const body = bodies.get(id);
    return body ? [{ connection: id, name, platform, body }] : [];
  });
}

function bodiesBy<Made>(posts: readonly Post[], make: (post: Post) => Made | null): Map<string, Made> {
  return new Map(
    posts.flatMap((post) => {
      const body = make(post);
      return body === null ? [] : [[post.account.id, body] as const];
    }),
  );
}
