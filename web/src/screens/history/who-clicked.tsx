import { usePeople } from "../../data/people";
import type { Publication } from "../../data/publications";
import { t } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";

/** By the name they gave themselves; nobody's address is known here. */
export function WhoClicked({ publication }: { publication: Publication }) {
  const { project } = useHere();
  const { userId } = useSignedIn();
  const { data: people, isPending } = usePeople(project.id);
  const { created_by, created_at } = publication;
  const found = people?.find(({ user_id }) => user_id === created_by);
  const isGone = created_by === null || (!isPending && !found);
  const name = isGone ? t.history.someoneGone : (found?.display_name ?? t.history.someone);
  return <>{t.history.clickedBy(created_by === userId ? t.history.you : name, dateTime(created_at))}</>;
}
