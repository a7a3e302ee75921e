import { usePeople } from "../../data/people";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";

export function usePersonName(): (userId: string) => string {
  const { project } = useHere();
  const { userId: me } = useSignedIn();
  const { data = [] } = usePeople(project.id);
  return (userId) =>
    userId === me
      ? t.members.you
      : (data.find(({ user_id }) => user_id === userId)?.display_name ?? t.members.unnamed);
}
