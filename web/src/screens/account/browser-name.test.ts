import { expect, test, vi } from "vitest";
import { rights } from "../../i18n/en/later/rights";
import { browserName } from "./browser-name";

vi.mock("../../i18n", () => ({
  get t() {
    return { rights };
  },
}));

const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
const ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)";

test.each([
  [`${MAC} Version/18.1 Safari/605.1.15`, "Safari on Mac"],
  [`${MAC} Chrome/142.0.0.0 Safari/537.36`, "Chrome on Mac"],
  [`${PHONE} Version/18.1 Mobile/15E148 Safari/604.1`, "Safari on iPhone"],
  [`${PHONE} CriOS/142.0.0.0 Mobile/15E148 Safari/604.1`, "Chrome on iPhone"],
  [`${WINDOWS} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`, "Edge on Windows"],
  [`${WINDOWS} Chrome/142.0.0.0 Safari/537.36 OPR/127.0.0.0`, "Opera on Windows"],
  [`${ANDROID} Chrome/142.0.0.0 Mobile Safari/537.36`, "Chrome on Android"],
  [`${ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, "Samsung Internet on Android"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"],
  ["Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/142.0.0.0 Safari/537.36", "Chrome on ChromeOS"],
])("%s is %s", (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});

test("what gives no name that people know is not taken for another", () => {
  for (const userAgent of [null, "", "curl/8.14.1", "python-httpx/0.28.1"])
    expect(browserName(userAgent)).toBe("A browser without a known name");
});
