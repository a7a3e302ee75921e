import { useQueryClient } from "@tanstack/preact-query";
import { useLocation } from "preact-iso";
import { removePerson } from "../../data/members";
import { useOnce } from "../../data/once";
import { type Person, peopleKey } from "../../data/people";
import { projectsKey } from "../../data/projects";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";

/** An owner removes somebody, or somebody leaves. */
export function Part({ person, onClose }: { person: Person; onClose: (isGone: boolean) => void }) {
  const isMe = person.user_id === useSignedIn().userId;
  const { run, isPending, error } = useParting(person, isMe, onClose);
  const name = person.display_name ?? t.members.unnamed;
  const { members } = t;
  return (
    <Dialog title={isMe ? members.leaveTitle : members.removeTitle(name)} onClose={() => onClose(false)}>
      {error && <ProblemBanner error={error} />}
      <p>{isMe ? members.leaveText : members.removeText}</p>
      <div class="row">
        <Button look="danger" busy={isPending} onClick={() => run()}>
          {isMe ? members.leave : members.remove}
        </Button>
        <Button autofocus onClick={() => onClose(false)}>
          {t.common.cancel}
        </Button>
      </div>
    </Dialog>
  );
}

function useParting(person: Person, isMe: boolean, onClose: (isGone: boolean) => void) {
  const { project } = useHere();
  const { route } = useLocation();
  const queries = useQueryClient();
  return useOnce({
    mutationFn: () => removePerson(project.id, person.user_id),
    onSuccess: async () => {
      if (isMe) {
        /* First away from here: the project is not there any more for who left it. */
        route(paths.projects, true);
        await queries.invalidateQueries({ queryKey: projectsKey });
        return;
      }
      await queries.invalidateQueries({ queryKey: peopleKey(project.id) });
      onClose(true);
    },
  });
}
