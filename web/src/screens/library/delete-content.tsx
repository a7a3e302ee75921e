import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Content, contentKey, deleteContent, readAnew } from "../../data/contents";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { ProblemBanner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { stopUploadsTo } from "../../uploads/store";

export function DeleteContent({ content }: { content: Content }) {
  const [isAsking, setAsking] = useState(false);
  const { mutate, isPending, error } = useDelete(content);
  const files = content.media.filter(({ state }) => state === "ready").length;
  return (
    <div>
      <Button look="plain" onClick={() => setAsking(true)}>
        <Icon name="trash" />
        {t.library.remove}
      </Button>
      {isAsking && (
        <Dialog title={t.library.removeTitle} onClose={() => setAsking(false)}>
          <p>{t.library.removeText(content.title, files)}</p>
          <p>{t.library.removeStays}</p>
          {error && <ProblemBanner error={error} />}
          <div class="row">
            <Button look="danger" busy={isPending} onClick={() => mutate()}>
              {t.library.removeConfirm}
            </Button>
            <Button onClick={() => setAsking(false)}>{t.common.cancel}</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function useDelete({ id, project_id }: Content) {
  const queries = useQueryClient();
  const { route } = useLocation();
  return useMutation({
    mutationFn: () => deleteContent(id),
    onSuccess: async () => {
      stopUploadsTo(id);
      await readAnew(queries, { project: project_id });
      route(paths.library(project_id), true);
      queries.removeQueries({ queryKey: contentKey(id) });
    },
  });
}
