import { useQueryClient } from "@tanstack/preact-query";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { Connection } from "../../data/connections";
import type { Content } from "../../data/contents";
import { publicationsKey } from "../../data/publications";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { CheckList } from "./aside/checks";
import { ClickBox } from "./aside/click-box";
import { Preview } from "./aside/preview";
import { checkBody, clickBody, type Post, postFor } from "./bodies";
import { publications, type Wish, wasRefused } from "./click";
import type { Shown } from "./clicker";
import type { Draft } from "./draft";
import { asAccount, type Editing } from "./editing";
import { findings } from "./findings";
import { OpenClicks } from "./open-clicks";
import { AccountPanel } from "./parts/account-panel";
import { ChooseAccounts } from "./parts/accounts";
import { SharedCaption } from "./parts/caption";
import { ChosenContent } from "./parts/chosen-content";
import { SharedMedia } from "./parts/media";
import { useChecks } from "./use-checks";
import { useClick } from "./use-click";
import { useDraft } from "./use-draft";

/** The post that is being written on the left, what would become of it and the one button on the right. */
export function Composer({ content, connections }: { content: Content; connections: readonly Connection[] }) {
  const { project } = useHere();
  const { userId: user } = useSignedIn();
  const place = useMemo(
    () => ({ user, project: project.id, content: content.id }),
    [user, project.id, content.id],
  );
  const accounts = connections.filter(({ status }) => status === "active").map(asAccount);
  const { draft, change, reload } = useDraft(
    place,
    accounts.length === 1 ? accounts.map(({ id }) => id) : [],
  );
  const { shown, clicker } = useClick(place);
  const { checks, checker } = useChecks();
  useOutcome(shown, project.id, reload);

  const ready = content.media.filter(({ state }) => state === "ready");
  const posts = accounts
    .filter(({ id }) => draft.accounts.includes(id))
    .map((account) => postFor(draft, account, { content: content.id, media: ready }));
  const creatorOf = ({ account }: Post) => checks.of.get(account.id)?.creator ?? null;
  useEffect(() => {
    checker.want(bodiesBy(posts, (post) => checkBody(draft, post, content.id, creatorOf(post))));
  });
  const isLocked = shown.click !== null || shown.isElsewhere;
  const found = findings(draft, posts, checks.of);
  const editing: Editing = {
    draft,
    change,
    content,
    ready,
    posts,
    checks: checks.of,
    findings: found,
    isLocked,
  };
  const press = () => {
    const wishes = wishesOf(draft, posts, content.id, creatorOf);
    if (wishes) void clicker.press(draft.id, wishes);
  };
  return (
    <div class="stack">
      <OpenClicks project={project.id} except={content.id} />
      <div class="publish">
        <fieldset class="stack" disabled={isLocked}>
          <ChosenContent project={project.id} content={content} />
          <ChooseAccounts {...editing} project={project.id} connections={connections} />
          <SharedCaption {...editing} />
          <SharedMedia {...editing} />
          {posts.map((post) => (
            <AccountPanel
              key={post.account.id}
              {...editing}
              post={post}
              onCheckAgain={() => checker.again()}
            />
          ))}
        </fieldset>
        <div class="aside">
          <div class="stack scrolls">
            <Preview posts={posts} media={ready} />
            {!isLocked && (
              <CheckList posts={posts} checks={checks} findings={found} onAgain={() => checker.again()} />
            )}
          </div>
          <ClickBox {...{ project: project.id, posts, shown, clicker }} findings={found} onPress={press} />
        </div>
      </div>
    </div>
  );
}

/** Every account's, or none: one click is for all that are chosen. */
function wishesOf(
  draft: Draft,
  posts: readonly Post[],
  content: string,
  creatorOf: (post: Post) => Parameters<typeof clickBody>[3],
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

/** Once all accounts have taken it, there is nothing to do here any more. */
function useOutcome(shown: Shown, project: string, reload: () => void): void {
  const { route } = useLocation();
  const queries = useQueryClient();
  const seen = useRef<Shown | null>(null);
  useEffect(() => {
    if (seen.current === shown) return;
    seen.current = shown;
    const { done, trouble } = shown;
    if (trouble === "changed" || trouble === "settled_elsewhere") reload();
    if (!done) return;
    const ids = publications(done);
    void queries.invalidateQueries({ queryKey: publicationsKey });
    if (wasRefused(done)) {
      if (ids.length > 0) reload();
      return;
    }
    const [only, ...others] = ids;
    if (only && others.length === 0) route(paths.publication(project, only));
    else route(`${paths.history(project)}?of=${ids.join(",")}`);
  }, [shown, project, reload, route, queries]);
}
