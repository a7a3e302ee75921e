import { useQueryClient } from "@tanstack/preact-query";
import { useEffect, useRef, useState } from "preact/hooks";
import { invitationsKey, invite, type NewInvitation } from "../../data/members";
import { useOnce } from "../../data/once";
import type { Role } from "../../data/projects";
import { t } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { invitationLink } from "../../invitation";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Roles } from "./roles";

type Made = NewInvitation & { role: Role };

/** Its code is in the memory of this screen alone, until the owner says that they have it. */
export function Invite({ onMade }: { onMade: () => void }) {
  const { project } = useHere();
  const queries = useQueryClient();
  const [made, setMade] = useState<Made | null>(null);
  const { run, isPending, error } = useOnce({
    mutationFn: async (role: Role) => ({ ...(await invite(project.id, role)), role }),
    onSuccess: (invitation) => {
      setMade(invitation);
      onMade();
      void queries.invalidateQueries({ queryKey: invitationsKey(project.id) });
    },
  });
  if (made) return <Link made={made} onDone={() => setMade(null)} />;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        run(new FormData(event.currentTarget).get("role") as Role);
      }}
    >
      {error && <ProblemBanner error={error} />}
      <Roles legend={t.members.inviteRole} chosen="editor" />
      <div>
        <Button look="primary" type="submit" busy={isPending}>
          {t.members.invite}
        </Button>
      </div>
    </form>
  );
}

function Link({ made, onDone }: { made: Made; onDone: () => void }) {
  const field = useRef<HTMLDivElement>(null);
  const [copied, setCopied] = useState<"" | "yes" | "no">("");
  const link = invitationLink(made.code);
  const select = () => field.current?.querySelector("input")?.select();
  useEffect(select, []);
  const copy = async () => {
    setCopied((await wasCopied(link)) ? "yes" : "no");
    select();
  };
  const { members, common } = t;
  return (
    <div class="new-link stack" ref={field}>
      <h3>{members.linkTitle}</h3>
      <p>{members.linkText(common.roles[made.role], dateTime(made.expires_at))}</p>
      <TextField label={members.link} value={link} readOnly autocomplete="off" spellcheck={false} />
      <div class="row">
        <Button look="primary" onClick={() => void copy()}>
          {common.copy}
        </Button>
        <Button onClick={onDone}>{members.linkDone}</Button>
        <span role="status">
          {copied === "yes" && common.copied}
          {copied === "no" && members.copyFailed}
        </span>
      </div>
    </div>
  );
}

async function wasCopied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
