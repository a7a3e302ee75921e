import { expect, test } from "vitest";
import { asRequests, type RequestEvent, type RequestLine } from "./requests";

let next = 1;
function line(request_id: string, event: RequestEvent, changes: Partial<RequestLine> = {}): RequestLine {
  const at = `2026-03-${String(next).padStart(2, "0")}T10:00:00+00:00`;
  return {
    id: next++,
    request_id,
    event,
    kind: "access",
    channel: "account",
    at,
    due_at: "2026-04-01T10:00:00+00:00",
    detail: {},
    ...changes,
  };
}

test("nothing but a beginning is open, however often somebody was reminded", () => {
  const [found] = asRequests([line("a", "received"), line("a", "identity_checked"), line("a", "reminded")]);
  expect(found?.outcome).toBe("open");
  expect(found?.endedAt).toBeNull();
});

test("an extension moves the clock", () => {
  const later = "2026-06-01T10:00:00+00:00";
  const [found] = asRequests([line("a", "received"), line("a", "extended", { due_at: later })]);
  expect(found?.dueAt).toBe(later);
});

test("a refusal is not called done, also after it was answered", () => {
  const received = line("a", "received");
  const refused = line("a", "refused", { detail: { reason: "unfounded" } });
  const [found] = asRequests([received, refused, line("a", "answered")]);
  expect(found?.outcome).toBe("refused");
  expect(found?.endedAt).toBe(refused.at);
  expect(found?.detail.reason).toBe("unfounded");
});

test("what was answered without anything to do is done", () => {
  const [found] = asRequests([
    line("a", "received"),
    line("a", "answered", { detail: { outcome: "nothing_held" } }),
  ]);
  expect(found?.outcome).toBe("done");
});

test("the latest comes first, in whatever order the lines were read", () => {
  const first = [line("a", "received"), line("a", "executed")];
  const second = [line("b", "received"), line("b", "executed")];
  const found = asRequests([...second, ...first].reverse());
  expect(found.map(({ id }) => id)).toEqual(["b", "a"]);
  expect(found[0]?.lines.map(({ event }) => event)).toEqual(["received", "executed"]);
});

test("a request whose beginning was not read is not shown as if it had begun later", () => {
  expect(asRequests([line("a", "executed")])).toEqual([]);
});
