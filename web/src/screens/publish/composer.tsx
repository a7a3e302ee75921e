import { useCallback } from "preact/hooks";
import type { Connection } from "../../data/connections";
import type { Content } from "../../data/contents";
import { useHere } from "../../shell/project";
import { CheckList } from "./aside/checks";
import { ClickBox } from "./aside/click-box";
import { Preview } from "./aside/preview";
import { OpenClicks } from "./open-clicks";
import { AccountPanel } from "./parts/account-panel";
import { ChooseAccounts } from "./parts/accounts";
import { SharedCaption } from "./parts/caption";
import { ChosenContent } from "./parts/chosen-content";
import { SharedMedia } from "./parts/media";
import { useOutcome } from "./use-outcome";
import { usePost } from "./use-post";

/** The post that is being written on the left, what would become of it and the one button on the right. */
export function Composer({ content, connections }: { content: Content; connections: readonly Connection[] }) {
  const { project } = useHere();
  const { editing, shown, clicker, checks, checker, reload, press } = usePost(
    project.id,
    content,
    connections,
  );
  const { posts, ready, findings, isLocked } = editing;
  const checkAgain = useCallback(() => checker.again(), [checker]);
  useOutcome(shown, project.id, reload, checkAgain);
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
            <AccountPanel key={post.account.id} {...editing} post={post} onCheckAgain={checkAgain} />
          ))}
        </fieldset>
        <div class="aside">
          <div class="stack scrolls">
            {!isLocked && <CheckList {...{ posts, checks, findings }} onAgain={checkAgain} />}
            <Preview posts={posts} media={ready} />
          </div>
          <ClickBox {...{ project: project.id, posts, findings, shown, clicker }} onPress={press} />
        </div>
      </div>
    </div>
  );
}
