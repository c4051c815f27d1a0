import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoTime } from "./iso-time.js";

describe("the time of a log line", () => {
  it("is what toISOString gives, at any time of the years 0 to 9999", () => {
    const [min, max] = [new Date("0000-01-01T00:00:00.000Z"), new Date("9999-12-31T23:59:59.999Z")];
    const time = fc.date({ min, max, noInvalidDate: true });
    fc.assert(
      fc.property(time, (at) => {
        expect(isoTime(at.getTime())).toBe(at.toISOString());
      }),
    );
  });
});
