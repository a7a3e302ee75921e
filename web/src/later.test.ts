import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";
import { english } from "./i18n/en";

/* Words are read as `t.area` or `{ area } = t`, so what a file needs stands in its text, and what it stands on in its imports. */
const SRC = import.meta.dirname;
const USED = /\bt\.(\w+)/g;
const TAKEN_APART = /\{([^{}]*)\}\s*=\s*t;/g;
const IMPORTED = /^(?:import|export)\s(?!type\b)(?:[^;"]*?from\s+)?"(\.[^"]+)"/gm;
const LATER = /load: \(\) => import\("(\.[^"]+)"\),\s*words: \[([^\]]*)\]/g;

/** Where something is loaded later, and the words that are there by then. */
const HAVE_MORE: Readonly<Record<string, readonly string[]>> = {
  "app.tsx": [],
  "screens.ts": [],
  "screens/publish/caption/caption-help.tsx": ["publish", "tiktok", "captions"],
  "screens/publish/parts/account-panel.tsx": ["publish", "tiktok", "captions"],
};

const everywhere = Object.keys(english.everywhere);
const text = (file: string): string => readFileSync(file, "utf8");
const all = (pattern: RegExp, file: string): string[] =>
  [...text(file).matchAll(pattern)].map((found) => found[1] ?? "");

function found(from: string, path: string): string | undefined {
  const base = resolve(dirname(from), path);
  return [`${base}.ts`, `${base}.tsx`, `${base}/index.ts`, `${base}/index.tsx`].find(existsSync);
}

/** All that is loaded with a file. */
function standsOn(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file) || file.includes("/i18n/")) return seen;
  seen.add(file);
  for (const path of all(IMPORTED, file)) {
    const next = found(file, path);
    if (next) standsOn(next, seen);
  }
  return seen;
}

function areasOf(file: string): string[] {
  const files = [...standsOn(file)];
  const takenApart = files
    .flatMap((one) => all(TAKEN_APART, one))
    .flatMap((names) => names.match(/\w+/g) ?? []);
  const areas = new Set([...takenApart, ...files.flatMap((one) => all(USED, one))]);
  return [...areas].filter((area) => !everywhere.includes(area)).sort();
}

test("what is loaded first needs no words but those that come with it", () => {
  expect(areasOf(resolve(SRC, "main.tsx"))).toEqual([]);
});

const parts = Object.keys(HAVE_MORE).flatMap((name) =>
  [...text(resolve(SRC, name)).matchAll(LATER)].map(([, path = "", areas = ""]) => ({ name, path, areas })),
);

test("every part that is loaded later is looked at", () => {
  const names = Object.keys(HAVE_MORE).sort();
  const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!test)\.tsx?$/.test(name),
  );
  const loading = sources.filter((name) => text(resolve(SRC, name)).includes("load: () => import("));
  expect(loading.sort()).toEqual(names);
  expect(parts.length).toBeGreaterThan(names.length);
});

test.each(parts)("$path names exactly the words that it needs", ({ name, path, areas }) => {
  const file = found(resolve(SRC, name), path);
  const named = [...areas.matchAll(/"(\w+)"/g)].map((one) => one[1] ?? "");
  const needed = areasOf(file as string).filter((area) => !HAVE_MORE[name]?.includes(area));
  expect(named.sort()).toEqual(needed);
});
