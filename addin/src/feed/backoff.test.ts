import { expect, test } from "vitest";
import { retryDelay } from "./backoff.js";

test("the first retry comes within 250 ms, whatever the jitter", () => {
  expect(retryDelay(0, 0)).toBeGreaterThan(0);
  expect(retryDelay(0, 0.999)).toBeLessThanOrEqual(250);
});

test("tries are at most 5 s apart, after however many failures", () => {
  for (const failures of [0, 1, 4, 5, 20, 1e6]) expect(retryDelay(failures, 0.9999)).toBeLessThanOrEqual(5000);
  expect(retryDelay(1e6, 0.9999)).toBeGreaterThan(4900);
});

test("waits grow, and two panes do not wait the same", () => {
  expect(retryDelay(3, 0)).toBeGreaterThanOrEqual(retryDelay(1, 0.999));
  expect(retryDelay(3, 0.1)).not.toBe(retryDelay(3, 0.9));
});
