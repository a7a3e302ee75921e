import { expect, test } from "vitest";
import { shapeOf } from "./ratio";

test("shapes that people know are called by their names", () => {
  expect(shapeOf(1080, 1350)).toEqual({ ratio: "4:5", form: "upright" });
  expect(shapeOf(1080, 1920)).toEqual({ ratio: "9:16", form: "upright" });
  expect(shapeOf(1920, 1080)).toEqual({ ratio: "16:9", form: "wide" });
  expect(shapeOf(1200, 628)).toEqual({ ratio: "1.91:1", form: "wide" });
  expect(shapeOf(1000, 1000)).toEqual({ ratio: "1:1", form: "square" });
});

test("an encoder's rounding to blocks keeps the name", () => {
  expect(shapeOf(608, 1080).ratio).toBe("9:16");
});

test("what has no name is a number, and never looks like a square that it is not", () => {
  expect(shapeOf(1000, 1610)).toEqual({ ratio: "0.621:1", form: "upright" });
  expect(shapeOf(1010, 1000)).toEqual({ ratio: "1.01:1", form: "wide" });
});
