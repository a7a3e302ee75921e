import { expect, test } from "vitest";
import { whatCame } from "./arrival";

test("a code is taken on the addresses that mails lead to", () => {
  for (const path of ["/", "/sign-in", "/new-password", "/account"])
    expect(whatCame(path, "?code=abc", "")).toEqual({ kind: "code", code: "abc" });
});

test("the code of an invitation or of a consent is not for Supabase", () => {
  expect(whatCame("/join", "?code=abc", "#code=abc")).toBeNull();
  expect(whatCame("/settings/connections", "?code=abc&error=access_denied", "")).toBeNull();
  expect(whatCame("/sign-in", "", "#code=abc")).toBeNull();
});

test("a session that somebody put into a link is not taken", () => {
  expect(
    whatCame("/sign-in", "", "#access_token=a&refresh_token=b&expires_in=1&token_type=bearer"),
  ).toBeNull();
});

test("an error is one wherever it stands, and what it says about itself is not looked at", () => {
  const expired = "error=access_denied&error_code=otp_expired&error_description=Call+this+number";
  expect(whatCame("/sign-in", "", `#${expired}`)).toEqual({ kind: "expired" });
  expect(whatCame("/new-password", `?${expired}`, "")).toEqual({ kind: "expired" });
  expect(whatCame("/sign-in", "?error=server_error&error_code=unexpected_failure&code=x", "")).toEqual({
    kind: "failed",
  });
});

test("of two addresses one is confirmed", () => {
  expect(whatCame("/account", "?message=Confirmation+link+accepted", "#message=x&sb=")).toEqual({
    kind: "half_confirmed",
  });
});

test("most addresses bring nothing", () => {
  expect(whatCame("/", "", "")).toBeNull();
  expect(whatCame("/account", "?code=", "")).toBeNull();
});
