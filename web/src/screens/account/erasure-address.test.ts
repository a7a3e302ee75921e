import { expect, test } from "vitest";
import { erasureIn } from "./erasure-address";

const receipt = "11111111-2222-4333-8444-555555555555";
const code = "0123456789abcdef0123456789abcdef";

test("it finds what an erasure is known by", () => {
  expect(erasureIn(`#receipt=${receipt}&code=${code}`)).toEqual({ receipt, code });
});

test("nothing else gets into an address that a person is told to keep", () => {
  for (const hash of ["", "#", `#code=${code}`, `#receipt=${receipt}&code=x`, `#receipt=<b>&code=${code}`])
    expect(erasureIn(hash)).toBeNull();
  expect(erasureIn(`#receipt=${receipt}&code=${code}%26next=//evil.test`)).toBeNull();
});
