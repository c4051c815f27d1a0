import { expect, it } from "vitest";
import { rateLimit } from "./rate-limit.js";

it("allows a number in each window of time", () => {
  let now = 5;
  const allowed = rateLimit(2, 10, () => now);
  expect([allowed(), allowed(), allowed()]).toEqual([true, true, false]);
  now = 14;
  expect(allowed()).toBe(false);
  now = 15;
  expect([allowed(), allowed(), allowed()]).toEqual([true, true, false]);
});
