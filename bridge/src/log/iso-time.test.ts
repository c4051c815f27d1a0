import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoTime } from "./iso-time.js";

describe("the time of a log line", () => {
  it("is what toISOString gives, at any time of the years 0 to 9999", () => {
    const time = fc.date({ min: new Date("0000-01-01T00:00:00.000Z"), max: new Date("9999-12-31T23:59:59.999Z") });
    fc.assert(
      fc.property(time, (at) => {
        expect(isoTime(at.getTime())).toBe(at.toISOString());
      }),
    );
  });
});
