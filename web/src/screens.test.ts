import { expect, test } from "vitest";
import { OF_PERSON, OF_PROJECT, POST, screensAt } from "./screens";

const at = (address: string) => screensAt(new URL(address, "https://itoms.test"));

test("the screen of an address is known from the address alone", () => {
  expect(at("/p/1/library")).toEqual([OF_PROJECT["/p/:project/library"]]);
  expect(at("/p/1/library/2")).toEqual([OF_PROJECT["/p/:project/library/:content"]]);
  expect(at("/account/")).toEqual([OF_PERSON["/account"]]);
});

test("whoever comes to a post being written waits for its form, and whoever chooses a content does not", () => {
  expect(at("/p/1/publish?content=2")).toEqual([OF_PROJECT["/p/:project/publish"], POST]);
  expect(at("/p/1/publish")).toEqual([OF_PROJECT["/p/:project/publish"]]);
});

test.each(["/", "/p/1", "/p/1/nothing", "/p/1/library/2/3", "/%", "/privacy"])(
  "%s has no screen",
  (address) => {
    expect(at(address)).toEqual([]);
  },
);
