import type { Request } from "../../data/requests";
import { t } from "../../i18n";
import { date } from "../../i18n/format";

const isKey = <Words extends object>(words: Words, key: string | undefined): key is string & keyof Words =>
  key !== undefined && Object.hasOwn(words, key);

/** What was asked, when and how, and what it led to. Details are codes: one without words is left out. */
export function about({ kind, channel, detail, outcome, dueAt, at }: Request): string[] {
  const { posts_stopped, reason, complaint_route } = detail;
  const posts = Number(posts_stopped);
  const isRefused = outcome === "refused";
  const lines = [
    [...asked(kind, detail), t.rights.channels[channel], date(at)].join(" · "),
    outcome === "open" && t.rights.dueBy(date(dueAt)),
    posts > 0 && t.rights.postsStopped(posts),
    isRefused && reason && t.rights.reason(reason.replaceAll("_", " ")),
    isRefused && complaint_route && t.rights.complain(complaint_route),
  ];
  return lines.filter((line) => typeof line === "string");
}

function asked(kind: Request["kind"], { fields, change, purpose, with_media }: Request["detail"]): string[] {
  const words = t.rights.asked;
  if (kind === "rectification" && isKey(t.rights.fields, fields)) return [t.rights.fields[fields]];
  if (kind === "access" && isKey(words.media, with_media)) return [words.media[with_media]];
  if (kind === "restriction" && isKey(words.restriction, change)) return [words.restriction[change]];
  if (kind === "objection" && isKey(words.objection, change) && isKey(t.rights.purposes, purpose))
    return [words.objection[change](t.rights.purposes[purpose].name)];
  return [];
}
