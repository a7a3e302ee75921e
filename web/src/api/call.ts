import { accessToken, endSession } from "../session";
import { Problem } from "./problem";
import type { paths } from "./schema";

/** Of the endpoints that the browser calls: those that take a JSON body by POST. */
export type Endpoint = {
  [Path in keyof paths]: paths[Path] extends {
    post: { requestBody: { content: { "application/json": unknown } } };
  }
    ? Path
    : never;
}[keyof paths];

type Operation<Path extends Endpoint> = paths[Path] extends { post: infer Post } ? Post : never;
export type Body<Path extends Endpoint> =
  Operation<Path> extends { requestBody: { content: { "application/json": infer Sent } } } ? Sent : never;
type Success<Responses> = {
  [Status in keyof Responses]: Status extends 200 | 201 | 202
    ? Responses[Status] extends { content: { "application/json": infer Given } }
      ? Given
      : never
    : never;
}[keyof Responses];
export type Answer<Path extends Endpoint> =
  Operation<Path> extends { responses: infer Responses } ? Success<Responses> : never;

export type Extras = { headers?: Record<string, string>; signal?: AbortSignal };

/** Seconds: a function answers within 60, and a publish step may need them. */
const LONGEST = 65;

/** One call of a function, as whoever is signed in. Throws Problem. */
export async function call<Path extends Endpoint>(
  path: Path,
  body: Body<Path>,
  extras: Extras = {},
): Promise<Answer<Path>> {
  const token = await accessToken();
  const answer = await send(path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
      ...extras.headers,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.any([AbortSignal.timeout(LONGEST * 1000), ...(extras.signal ? [extras.signal] : [])]),
    /* The cookie of a connect must be stored and sent. */
    credentials: "same-origin",
  });
  if (answer.ok) return (answer.status === 204 ? undefined : await read(answer)) as Answer<Path>;
  const problem = await problemOf(answer);
  if (problem.code === "not_signed_in" && token) void endSession(token);
  throw problem;
}

async function send(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem({ code: navigator.onLine ? "unreachable" : "offline" });
  }
}

async function read(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    throw new Problem({ code: "unreachable", status: answer.status });
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  const given = await read(answer).catch(() => null);
  const document = (typeof given === "object" && given !== null ? given : {}) as Partial<
    Record<string, unknown>
  >;
  const retryAfter = Number(answer.headers.get("retry-after"));
  return new Problem({
    code: typeof document.code === "string" ? document.code : "unreachable",
    status: answer.status,
    ...(typeof document.title === "string" && { title: document.title }),
    ...(typeof document.detail === "string" && { detail: document.detail }),
    retryAfter: retryAfter > 0 ? retryAfter : undefined,
    fields: Array.isArray(document.errors) ? document.errors : [],
    publicationId: typeof document.publication_id === "string" ? document.publication_id : undefined,
  });
}
