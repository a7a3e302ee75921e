import { useMutation, useQueryClient } from "@tanstack/preact-query";
import { useLocation } from "preact-iso";
import { createContent, readAnew } from "../../data/contents";
import { t } from "../../i18n";
import { paths } from "../../paths";
import { contentTypeOf, titleOf } from "../../uploads/files";
import { startUploads } from "../../uploads/store";

/** Files become one content, which is opened while they are on their way. Without files it begins empty. */
export function useNewContent(project: string) {
  const queries = useQueryClient();
  const { route } = useLocation();
  return useMutation({
    mutationFn: async (files: readonly File[]) => {
      const [first] = files;
      const title = first ? titleOf(first.name) : t.uploads.untitled;
      const words = { type: contentTypeOf(files), title, description: "", tags: [] };
      const { id } = await createContent(project, words);
      startUploads({ project, content: id }, files);
      return id;
    },
    onSuccess: async (id) => {
      await readAnew(queries, { project });
      route(paths.content(project, id));
    },
  });
}
