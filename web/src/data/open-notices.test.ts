import { expect, test } from "vitest";
import { type Kept, type Notice, openNotices } from "./open-notices";

const ended: Notice = {
  id: "n1",
  project_id: "p",
  kind: "access_ended",
  platform: "instagram",
  connection_id: "c",
  publication_id: null,
  cause: "access_ended",
};
const out: Kept = { id: "c", platform: "instagram", display_name: "hill.walks", status: "needs_reconnect" };
const waiting: Notice = { ...ended, kind: "confirmation_needed", publication_id: "q" };
const post = { id: "q", state: "queued", confirmed_at: null };

test("an access that ended needs somebody until its account is reconnected or gone", () => {
  expect(openNotices([ended], [out], [])).toHaveLength(1);
  expect(openNotices([ended], [{ ...out, status: "active" }], [])).toEqual([]);
  expect(openNotices([ended], [], [])).toEqual([]);
});

test("an account that ended twice is one matter, and dismissing it dismisses both", () => {
  const [matter, ...others] = openNotices([ended, { ...ended, id: "n2" }], [out], []);
  expect(matter?.ids).toEqual(["n1", "n2"]);
  expect(others).toEqual([]);
});

test("a removed account is told whatever is connected now", () => {
  expect(openNotices([{ ...ended, kind: "account_removed" }], [], [])).toHaveLength(1);
});

test("a post waits for a word until somebody gave it, or it is over", () => {
  expect(openNotices([waiting], [], [post])).toHaveLength(1);
  expect(openNotices([waiting], [], [{ ...post, confirmed_at: "2026-11-01T00:00:00Z" }])).toEqual([]);
  expect(openNotices([waiting], [], [{ ...post, state: "failed" }])).toEqual([]);
  expect(openNotices([waiting], [], [])).toEqual([]);
});

test("two posts of one account are two matters", () => {
  const second = { ...waiting, id: "n2", publication_id: "r" };
  expect(openNotices([waiting, second], [], [post, { ...post, id: "r" }])).toHaveLength(2);
});
