import type { Publication } from "../../data/publications";
import { t } from "../../i18n";
import { accountName } from "../../ui/connection-words";

const LONGEST = 140;

export const platformName = ({ platform }: Pick<Publication, "platform">): string =>
  t.common.platforms[platform];

export function accountOf({ platform, account }: Pick<Publication, "platform" | "account">): string {
  return account ? accountName({ platform, display_name: account.display_name }) : t.history.disconnected;
}

/** What a person knows it by: how its caption begins, or else what its content is called. */
export function beginningOf({ caption, content }: Pick<Publication, "caption" | "content">): string {
  const line = caption.trim().split("\n", 1)[0] ?? "";
  if (line.length <= LONGEST) return line || content?.title || t.history.noCaption;
  /* By characters as they are seen, so that none is cut in two. */
  const seen = [...new Intl.Segmenter().segment(line)].map(({ segment }) => segment);
  return seen.length > LONGEST ? `${seen.slice(0, LONGEST).join("")}…` : line;
}
