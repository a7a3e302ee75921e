import { usePeople } from "../../data/people";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";

export type NameOf = (userId: string | null) => string | null | undefined;

/** What somebody of this project is called here: null for who is in it no more, undefined while that is being asked. */
export function useNameOf(): NameOf {
  const { project } = useHere();
  const { userId: me } = useSignedIn();
  const { data } = usePeople(project.id);
  return (userId) => {
    if (userId === me) return t.connections.you;
    if (!data) return undefined;
    const person = data.find(({ user_id }) => user_id === userId);
    return person ? (person.display_name ?? t.connections.unnamed) : null;
  };
}
