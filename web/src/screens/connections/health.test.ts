import { expect, test } from "vitest";
import type { Connection, Lifetime } from "../../data/connections";
import { healthOf } from "./health";

const NOW = Date.parse("2026-11-01T12:00:00Z");
const connection: Connection = {
  id: "c",
  platform: "instagram",
  display_name: "hill.walks",
  account_type: "BUSINESS",
  status: "active",
  status_reason: null,
  status_since: "2026-10-31T12:00:00Z",
  connected_by: null,
  connected_at: "2026-10-01T12:00:00Z",
};
const lifetime: Lifetime = {
  connection_id: "c",
  access_ends_at: "2026-12-01T12:00:00Z",
  renews: true,
};

test("what is renewed says until when it is", () => {
  expect(healthOf(connection, lifetime, NOW)).toEqual({ kind: "renews", until: "2026-12-01T12:00:00Z" });
});

test("what nobody renews runs out, and is over from the very moment on", () => {
  const alone = { ...lifetime, renews: false };
  expect(healthOf(connection, alone, NOW)).toMatchObject({ kind: "runsOut", isOver: false });
  const ends = Date.parse("2026-12-01T12:00:00Z");
  expect(healthOf(connection, alone, ends)).toMatchObject({ kind: "runsOut", isOver: true });
});

test("an account whose end is not known yet makes no claim about it", () => {
  expect(healthOf(connection, undefined, NOW)).toEqual({ kind: "connected" });
  expect(healthOf(connection, { ...lifetime, access_ends_at: null }, NOW)).toEqual({ kind: "connected" });
});

test("an ended access says why, since when, and when the account goes, whatever its tokens say", () => {
  const ended: Connection = {
    ...connection,
    status: "needs_reconnect",
    status_reason: "revoked_on_platform",
  };
  expect(healthOf(ended, lifetime, NOW)).toEqual({
    kind: "reconnect",
    reason: "revoked_on_platform",
    since: "2026-10-31T12:00:00Z",
    removedOn: "2026-11-30T12:00:00.000Z",
  });
});

test("an account that goes with its person has no thirty days", () => {
  const going: Connection = { ...connection, status: "needs_reconnect", status_reason: "account_erased" };
  expect(healthOf(going, undefined, NOW)).toMatchObject({ removedOn: null });
});
