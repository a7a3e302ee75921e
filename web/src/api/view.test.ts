import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { countView } from "./view";

const KEPT = new Map<string, string>();
const page = readFileSync(new URL("../../../public/view.js", import.meta.url), "utf8");
const clients = { "the web client": countView, "a public page": new Function(page) as () => void };

const session = (lifetime: number): void => {
  const kept = { access_token: "of-ada", expires_at: Date.now() / 1000 + lifetime };
  KEPT.set("itoms-session", JSON.stringify(kept));
};

beforeEach(() => {
  KEPT.clear();
  vi.stubGlobal("localStorage", { getItem: (name: string) => KEPT.get(name) ?? null });
  vi.stubGlobal("location", { pathname: "/privacy", search: "?from=ada" });
  vi.stubGlobal("navigator", {});
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => new Response()),
  );
});

describe.each(Object.entries(clients))("%s", (_, count) => {
  const sent = (): RequestInit[] => {
    count();
    return vi.mocked(fetch).mock.calls.map(([, request]) => request ?? {});
  };

  test.each([
    ["somebody objected in this browser", () => KEPT.set("itoms-not-counted", "true")],
    ["a session ran out, whose person may object", () => session(-1)],
    ["a session does not say how long it lasts", () => KEPT.set("itoms-session", "{}")],
    ["Global Privacy Control is on", () => vi.stubGlobal("navigator", { globalPrivacyControl: true })],
    ["Do Not Track is on", () => vi.stubGlobal("navigator", { doNotTrack: "1" })],
  ])("tells nothing when %s", (_, given) => {
    given();
    expect(sent()).toEqual([]);
  });

  test("tells our own server who is signed in, so that it can look whether they object", () => {
    session(60);
    expect(new Headers(sent()[0]?.headers).get("authorization")).toBe("Bearer of-ada");
    expect(vi.mocked(fetch).mock.calls[0]?.[0]).toBe("/api/analytics/view");
  });

  test("tells the path of a visitor and nothing else", () => {
    const [request] = sent();
    expect(request?.body).toBe('{"path":"/privacy"}');
    expect(request?.headers).toEqual({ "content-type": "application/json" });
    expect(request).toMatchObject({ credentials: "omit", referrerPolicy: "no-referrer" });
  });

  test("counts in a browser that keeps nothing: nobody can be signed in there", () => {
    vi.stubGlobal("localStorage", undefined);
    expect(sent()).toHaveLength(1);
  });
});
