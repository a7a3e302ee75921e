import { beforeEach, expect, test, vi } from "vitest";
import { PROJECTS } from "../storage";
import { keepProjects, lastProjects } from "./last-projects";

const hills = { id: "p", name: "Hills", created_at: "2026-11-26T10:00:00Z", role: "editor" as const };

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

test("somebody finds the projects that they had, and nobody else's", () => {
  keepProjects("mia", [hills]);
  expect(lastProjects("mia")).toEqual([hills]);
  expect(lastProjects("ben")).toBeUndefined();
});

test.each([
  "",
  "{",
  "null",
  "{}",
  '[{"id":"p"}]',
  '[{"id":"p","name":"H","created_at":"x","role":"god"}]',
  "[null]",
])("what is not a list of projects is none: %s", (kept) => {
  localStorage.setItem(`${PROJECTS}mia`, kept);
  expect(lastProjects("mia")).toBeUndefined();
});
