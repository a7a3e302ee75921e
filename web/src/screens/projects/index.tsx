import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useLocation } from "preact-iso";
import { createProject, projectsKey, useProjects } from "../../data/projects";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { useSignedIn } from "../../shell/session";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Page } from "../../ui/page";
import { Badge, Skeleton } from "../../ui/pieces";

const LONGEST_NAME = 120;

export default function Projects() {
  const { data, error, refetch } = useProjects(useSignedIn().userId);
  return (
    <Page title={t.projects.title} lead={t.projects.lead}>
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="4rem" count={2} />}
      {data && data.length > 0 && (
        <ul class="plain stack tight">
          {data.map(({ id, name, role }) => (
            <li key={id} class="card row apart">
              <a href={paths.publish(id)}>
                <strong>{name}</strong>
              </a>
              <Badge>{t.common.roles[role]}</Badge>
            </li>
          ))}
        </ul>
      )}
      <NewProject isFirst={data?.length === 0} />
    </Page>
  );
}

function NewProject({ isFirst }: { isFirst: boolean }) {
  const { route } = useLocation();
  const queries = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (name: string) => createProject(name.trim()),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: projectsKey });
      route(paths.connections(id));
    },
  });
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        mutate(String(new FormData(event.currentTarget).get("name")));
      }}
    >
      <h2>{isFirst ? t.projects.first : t.projects.another}</h2>
      {error && <ProblemBanner error={error} />}
      <TextField
        label={t.projects.name}
        hint={t.projects.nameHint}
        name="name"
        maxLength={LONGEST_NAME}
        required
      />
      <div>
        <Button look="primary" type="submit" busy={isPending}>
          {t.projects.create}
        </Button>
      </div>
    </form>
  );
}
