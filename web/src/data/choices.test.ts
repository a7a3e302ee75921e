import { beforeEach, expect, test, vi } from "vitest";
import { allow, lift, object, type Purpose, readChoices, restrict } from "./choices";

/** The two tables, as Supabase's client reaches them. */
const stored = { objections: [] as Purpose[], restrictions: [] as string[] };
const at = "2026-11-26T10:00:00Z";
const answer = (data: unknown) => Promise.resolve({ data, error: null });
const tables = {
  objections: {
    select: () => ({
      returns: () => answer(stored.objections.map((purpose) => ({ purpose, created_at: at }))),
    }),
    upsert: ({ purpose }: { purpose: Purpose }) => answer(stored.objections.push(purpose)),
    delete: () => ({
      eq: (_: string, purpose: Purpose) => {
        stored.objections = stored.objections.filter((other) => other !== purpose);
        return answer(null);
      },
    }),
  },
  restrictions: {
    select: () => ({ returns: () => answer(stored.restrictions.map(() => ({ created_at: at }))) }),
    upsert: ({ user_id }: { user_id: string }) => answer(stored.restrictions.push(user_id)),
    delete: () => ({
      eq: () => {
        stored.restrictions = [];
        return answer(null);
      },
    }),
  },
};
vi.mock("../session", () => ({
  supabase: async () => ({ from: (name: keyof typeof tables) => tables[name] }),
}));

const kept = new Map<string, string>();
const isCounted = (): boolean => !kept.has("itoms-not-counted");

beforeEach(() => {
  Object.assign(stored, { objections: [], restrictions: [] });
  kept.clear();
  vi.stubGlobal("localStorage", {
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});

test("whoever objects to being counted, or restricts, is not counted in this browser from that moment on", async () => {
  await object("analytics");
  expect(isCounted()).toBe(false);
  kept.clear();
  await restrict("ada");
  expect(isCounted()).toBe(false);
});

test("an objection that was made elsewhere is known here once it was seen", async () => {
  stored.objections = ["analytics"];
  await readChoices();
  expect(isCounted()).toBe(false);
});

test("an objection to something else is none to this", async () => {
  await object("ai_captions");
  await readChoices();
  expect(isCounted()).toBe(true);
});

test("who lifts a restriction and still objects stays uncounted, and who takes back both is counted", async () => {
  await object("analytics");
  await restrict("ada");
  await lift("ada");
  await readChoices();
  expect(isCounted()).toBe(false);
  await allow("analytics");
  await readChoices();
  expect(isCounted()).toBe(true);
});
