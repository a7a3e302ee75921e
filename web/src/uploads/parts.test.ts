import { expect, test, vi } from "vitest";

vi.mock("../api/call", () => ({ call: vi.fn() }));

const { arrivedBytes } = await import("./parts");

test("all parts count as whole ones but the last", () => {
  expect(arrivedBytes({ arrived: [], parts: 3 }, 16, 40)).toBe(0);
  expect(arrivedBytes({ arrived: [1, 2], parts: 3 }, 16, 40)).toBe(32);
  expect(arrivedBytes({ arrived: [3], parts: 3 }, 16, 40)).toBe(8);
  expect(arrivedBytes({ arrived: [1, 2, 3], parts: 3 }, 16, 40)).toBe(40);
});
