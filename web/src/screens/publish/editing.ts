import type { Connection } from "../../data/connections";
import { type Content, isVideo, type Media } from "../../data/contents";
import { t } from "../../i18n";
import { number } from "../../i18n/format";
import { accountName } from "../../ui/connection-words";
import type { Account, Post } from "./bodies";
import type { Check } from "./checker";
import type { Draft } from "./draft";
import type { Finding } from "./findings";

/** What every part of the form sees of the post that is being written. */
export type Editing = Readonly<{
  draft: Draft;
  change: (draft: Draft) => void;
  content: Content;
  ready: readonly Media[];
  posts: readonly Post[];
  checks: ReadonlyMap<string, Check>;
  findings: readonly Finding[];
  isLocked: boolean;
}>;

export const asAccount = (connection: Connection): Account => ({
  id: connection.id,
  platform: connection.platform,
  name: accountName(connection),
});

/** By its place in the library, which stays when the order of the post changes. */
export function mediaName(media: Media, ready: readonly Media[]): string {
  const place = number(ready.filter((one) => isVideo(one) === isVideo(media)).indexOf(media) + 1);
  return isVideo(media) ? t.publish.media.video(place) : t.publish.media.photo(place);
}
