import { useMutation, useQuery } from "@tanstack/preact-query";
import { useRef } from "preact/hooks";
import { type Answer, call } from "../../../api/call";
import { Problem } from "../../../api/problem";
import type { components } from "../../../api/schema";

export type CaptionFields = components["schemas"]["CaptionFields"];
type Captions = components["schemas"]["Captions"];

const isPreview = (answer: Answer<"/api/caption">): answer is components["schemas"]["CaptionPreview"] =>
  answer.sent === null;

/** What would leave, as the server has just read and scrubbed it. Asking for it sends nothing to anybody else. */
async function preview(contentId: string, signal: AbortSignal): Promise<CaptionFields> {
  const answer = await call("/api/caption", { content_id: contentId, preview: true }, { signal });
  if (!isPreview(answer)) throw new Problem({ code: "unreachable" });
  return answer.would_send.fields;
}

async function write(contentId: string): Promise<Captions> {
  const answer = await call("/api/caption", { content_id: contentId });
  if (isPreview(answer)) throw new Problem({ code: "unreachable" });
  return answer;
}

/** Nothing of either answer is kept beyond the screen that shows it. */
export function useCaptions(contentId: string) {
  const isAsking = useRef(false);
  const shown = useQuery({
    queryKey: ["caption-preview", contentId],
    queryFn: ({ signal }) => preview(contentId, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const written = useMutation({
    mutationFn: () => write(contentId),
    onSettled: () => {
      isAsking.current = false;
    },
  });
  /* The button knows a moment too late that it is busy, and each call costs one of the day's captions. */
  const ask = () => {
    if (isAsking.current) return;
    isAsking.current = true;
    written.mutate();
  };
  return { shown, written, ask };
}
