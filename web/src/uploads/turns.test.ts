import { expect, test } from "vitest";
import { limited, lines } from "./turns";

/** Work that is done when it is told so. */
function held() {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const work = (name: string) => async () => {
    begun.push(name);
    await new Promise<void>((resolve) => ends.push(resolve));
  };
  return { begun, work, end: () => ends.shift()?.() };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("no more than so many at once, in the order in which they came", async () => {
  const { begun, work, end } = held();
  const run = limited(2);
  for (const name of ["a", "b", "c", "d"]) void run(work(name));
  await settled();
  expect(begun).toEqual(["a", "b"]);
  end();
  await settled();
  expect(begun).toEqual(["a", "b", "c"]);
});

test("nobody slips in between one that ends and the one that waits", async () => {
  const { begun, work, end } = held();
  const run = limited(1);
  /* Asked for at the very moment at which the first one ends. */
  void run(work("a")).then(() => void run(work("c")));
  void run(work("b"));
  await settled();
  end();
  await settled();
  expect(begun).toEqual(["a", "b"]);
});

test("a failure makes way for the next", async () => {
  const run = limited(1);
  const failed = run(() => Promise.reject(new Error("no")));
  const next = run(async () => "done");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("done");
});

test("lines with other names do not wait for each other", async () => {
  const { begun, work } = held();
  const run = lines();
  for (const name of ["x", "x", "y"]) void run(name, work(name));
  await settled();
  expect(begun).toEqual(["x", "y"]);
});
