import { useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { changeRole } from "../../data/members";
import { useOnce } from "../../data/once";
import { type Person, peopleKey } from "../../data/people";
import { projectsKey } from "../../data/projects";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { useSignedIn } from "../../shell/session";
import { Banner, ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Roles } from "./roles";

export function ChangeRole({ person, onClose }: { person: Person; onClose: () => void }) {
  const { project } = useHere();
  const isMe = person.user_id === useSignedIn().userId;
  const [role, setRole] = useState(person.role);
  const queries = useQueryClient();
  const { run, isPending, error } = useOnce({
    mutationFn: () => changeRole(project.id, person.user_id, role),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: peopleKey(project.id) });
      onClose();
      if (isMe) await queries.invalidateQueries({ queryKey: projectsKey });
    },
  });
  const title = isMe ? t.members.yourRole : t.members.roleOf(person.display_name ?? t.members.unnamed);
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        {error && <ProblemBanner error={error} />}
        <Roles legend={t.members.role} chosen={person.role} onChoose={setRole} />
        {isMe && role !== "owner" && <Banner tone="warn" title={t.members.ownRoleHint} />}
        <div class="row">
          <Button look="primary" type="submit" busy={isPending}>
            {t.common.save}
          </Button>
          <Button onClick={onClose}>{t.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
