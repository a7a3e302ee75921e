import { usePeople } from "../../data/people";
import { t } from "../../i18n";
import { useHere } from "../../shell/project";
import { ProblemBanner } from "../../ui/banner";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/pieces";
import { Invitations } from "./invitations";
import "./members.css";
import { People } from "./people";
import { Rename } from "./rename";

export default function Members() {
  const { project } = useHere();
  const { data, error, refetch } = usePeople(project.id);
  const isOwner = project.role === "owner";
  return (
    <Page title={t.members.title} lead={isOwner ? t.members.lead : t.members.viewer}>
      {error && !data && <ProblemBanner error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height="9.25rem" />}
      {data && <People people={data} />}
      {isOwner && <Invitations />}
      {isOwner && <Rename key={project.id} />}
    </Page>
  );
}
