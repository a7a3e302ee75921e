import { t } from "../i18n";

/**
 * Everything that can go wrong with a call, in one shape: a stable code, and words for the person. `offline` and
 * `unreachable` are ours; other codes come from the server (RFC 9457) or from the database's own refusals.
 */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  readonly fields: readonly { field: string; message: string }[];
  readonly publicationId: string | undefined;

  constructor(given: {
    code: string;
    status?: number;
    title?: string;
    detail?: string;
    retryAfter?: number | undefined;
    fields?: readonly { field: string; message: string }[];
    publicationId?: string | undefined;
  }) {
    super(given.code);
    this.name = "Problem";
    const own = t.problems[given.code];
    this.code = given.code;
    this.status = given.status ?? 0;
    this.title = own?.title ?? given.title ?? t.problems.unknown.title;
    this.detail = own?.detail ?? given.detail ?? t.problems.unknown.detail;
    this.retryAfter = given.retryAfter;
    this.fields = given.fields ?? [];
    this.publicationId = given.publicationId;
  }

  /** Whether the same call may be answered otherwise in a moment, without anybody changing anything. */
  get isPassing(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** A refusal or a failure of whatever kind as a Problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({ code: navigator.onLine ? "unknown" : "offline" });
}
