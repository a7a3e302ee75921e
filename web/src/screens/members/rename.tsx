import { useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { renameProject } from "../../data/members";
import { useOnce } from "../../data/once";
import { projectsKey } from "../../data/projects";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";

const LONGEST_NAME = 120;

export function Rename() {
  const { project } = useHere();
  const queries = useQueryClient();
  const [name, setName] = useState(project.name);
  const { run, isPending, error, data } = useOnce({
    mutationFn: async () => {
      const renamed = name.trim();
      await renameProject(project.id, renamed);
      return renamed;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: projectsKey }),
  });
  const isChanged = name.trim() !== "" && name.trim() !== project.name;
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged) run();
      }}
    >
      {error && <ProblemBanner error={error} />}
      <TextField
        label={t.members.rename}
        hint={t.members.renameHint}
        value={name}
        maxLength={LONGEST_NAME}
        required
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <div class="row">
        <Button type="submit" busy={isPending} aria-disabled={!isChanged}>
          {t.common.save}
        </Button>
        <span role="status">{data === project.name && !isChanged && t.common.saved}</span>
      </div>
    </form>
  );
}
