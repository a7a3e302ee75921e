import { expect, test } from "vitest";
import { invitationCode } from "./invitation";

const CODE = "Zk3-_x".padEnd(43, "a");

test("a code is read from behind the #", () => {
  expect(invitationCode(`#${CODE}`)).toBe(CODE);
});

test("what is no whole code is none", () => {
  for (const hash of ["", "#", "#content", `#${CODE}a`, `#${CODE.slice(1)}`, `#${CODE.slice(1)}/`, CODE])
    expect(invitationCode(hash)).toBeNull();
});
