import type { Request } from "../../data/requests";
import { t } from "../../i18n";
import { date } from "../../i18n/format";

const isKey = <Words extends object>(words: Words, key: string | undefined): key is string & keyof Words =>
  key !== undefined && Object.hasOwn(words, key);

/** What was asked, by which way, and what it led to, a line each. The details are codes: one without words is left out. */
export function about({ channel, detail, outcome, dueAt, at }: Request): string[] {
  const { fields, change, purpose, posts_stopped, reason, complaint_route } = detail;
  const asked = [
    isKey(t.rights.purposes, purpose) && t.rights.purposes[purpose].name,
    isKey(t.rights.fields, fields) && t.rights.fields[fields],
    change === "set" && t.rights.set,
    change === "cleared" && t.rights.cleared,
    t.rights.channels[channel],
    date(at),
  ];
  const posts = Number(posts_stopped);
  const lines = [
    asked.filter(Boolean).join(" · "),
    outcome === "open" && t.rights.dueBy(date(dueAt)),
    posts > 0 && t.rights.postsStopped(posts),
    outcome === "refused" && reason && t.rights.reason(reason.replaceAll("_", " ")),
    outcome === "refused" && complaint_route && t.rights.complain(complaint_route),
  ];
  return lines.filter((line) => typeof line === "string");
}
