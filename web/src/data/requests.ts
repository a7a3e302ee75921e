import { useQuery } from "@tanstack/preact-query";
import { supabase } from "../session";
import { rows } from "./rows";

export type RequestKind =
  | "access"
  | "rectification"
  | "erasure"
  | "restriction"
  | "portability"
  | "objection";
export type RequestEvent =
  | "received"
  | "identity_checked"
  | "extended"
  | "reminded"
  | "refused"
  | "executed"
  | "answered";
export type RequestLine = {
  id: number;
  request_id: string;
  kind: RequestKind;
  event: RequestEvent;
  channel: "account" | "email";
  at: string;
  due_at: string;
  detail: Readonly<Record<string, string>>;
};
export type Request = {
  id: string;
  kind: RequestKind;
  channel: RequestLine["channel"];
  at: string;
  dueAt: string;
  outcome: "open" | "done" | "refused";
  /** When it was done or refused. */
  endedAt: string | null;
  /** What all of its lines say; a later one wins. */
  detail: Readonly<Record<string, string>>;
  lines: readonly RequestLine[];
};

export const requestsKey = ["requests"] as const;
/** A request has two to six lines. */
const LATEST = 500;

export async function readRequests(): Promise<Request[]> {
  const lines = await rows(
    (await supabase())
      .from("privacy_requests")
      .select("id, request_id, kind, event, channel, at, due_at, detail")
      .order("id", { ascending: false })
      .limit(LATEST)
      .returns<RequestLine[]>(),
  );
  return asRequests(lines);
}

export function useRequests() {
  return useQuery({ queryKey: requestsKey, queryFn: readRequests });
}

/** The latest request first, each with its lines in their order. One whose beginning was not read is left out. */
export function asRequests(lines: readonly RequestLine[]): Request[] {
  const byRequest = new Map<string, RequestLine[]>();
  for (const line of [...lines].sort((a, b) => a.id - b.id))
    byRequest.set(line.request_id, [...(byRequest.get(line.request_id) ?? []), line]);
  return [...byRequest.values()].reverse().flatMap(asRequest);
}

function asRequest(lines: RequestLine[]): Request[] {
  const [first] = lines;
  const last = lines.at(-1);
  if (first?.event !== "received" || !last) return [];
  const ending = lines.find(({ event }) => event === "refused" || event === "executed");
  const isOver = ending !== undefined || last.event === "answered";
  return [
    {
      id: first.request_id,
      kind: first.kind,
      channel: first.channel,
      at: first.at,
      dueAt: last.due_at,
      outcome: ending?.event === "refused" ? "refused" : isOver ? "done" : "open",
      endedAt: isOver ? (ending ?? last).at : null,
      detail: Object.assign({}, ...lines.map(({ detail }) => detail)),
      lines,
    },
  ];
}
