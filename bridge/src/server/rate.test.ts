import { expect, it } from "vitest";
import { rate } from "./rate.js";

it("allows so many in each window, and begins anew with the next", () => {
  let now = 5;
  const allowed = rate(2, 10, () => now);
  expect([allowed(), allowed(), allowed()]).toEqual([true, true, false]);
  now = 14;
  expect(allowed()).toBe(false);
  now = 15;
  expect([allowed(), allowed(), allowed()]).toEqual([true, true, false]);
});
