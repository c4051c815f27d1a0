import { describe, expect, it } from "vitest";
import { TimeFormatter } from "./time-formatter.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const english = new TimeFormatter("en-US");
const french = new TimeFormatter("fr-FR");
/** Replaces no-break spaces, which differ between versions of Intl. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f\u2009]/g, " ");

describe("duration", () => {
  it.each([
    [0, "0 seconds", "0 seconde"],
    [1_000, "1 second", "1 seconde"],
    [59_999, "59 seconds", "59 secondes"],
    [MINUTE, "1 minute", "1 minute"],
    [12 * MINUTE + 30_000, "12 minutes", "12 minutes"],
    [HOUR, "1 hour", "1 heure"],
    [3 * HOUR + 30 * MINUTE, "3 hours, 30 minutes", "3 heures et 30 minutes"],
    [DAY + 2 * HOUR, "1 day, 2 hours", "1 jour et 2 heures"],
    [DAY + MINUTE, "1 day", "1 jour"],
  ])("formats %i ms in English and French", (ms, inEnglish, inFrench) => {
    expect(plain(english.duration(ms).text)).toBe(inEnglish);
    expect(plain(french.duration(ms).text)).toBe(inFrench);
  });

  it.each([0, 999, 1_000, 59_001, 61_000, HOUR - 1, HOUR + 59_000, DAY, DAY + HOUR - 5])(
    "returns for how long the text is valid: %i ms",
    (ms) => {
      const { text, validForMs } = english.duration(ms);
      expect(english.duration(ms + validForMs - 1).text).toBe(text);
      expect(english.duration(ms + validForMs).text).not.toBe(text);
    },
  );

  it("formats a negative duration as 0, because a clock may have been set", () => {
    expect(english.duration(-5_000).text).toBe("0 seconds");
  });
});

describe("ago", () => {
  it("formats in English and French", () => {
    expect(english.ago(5 * MINUTE).text).toBe("5 minutes ago");
    expect(plain(french.ago(5 * MINUTE).text)).toBe("il y a 5 minutes");
  });

  it('does not use words such as "yesterday", which 30 hours ago may not have been', () => {
    expect(english.ago(DAY + 6 * HOUR).text).toBe("1 day ago");
    expect(plain(french.ago(2 * DAY).text)).toBe("il y a 2 jours");
  });

  it("is never now, because it is the past", () => {
    for (const ms of [-5_000, 0, 999]) {
      expect(english.ago(ms).text).toBe("1 second ago");
      expect(plain(french.ago(ms).text)).toBe("il y a 1 seconde");
    }
  });

  it.each([0, 300, 1_000, 90_000, HOUR + 1])("returns for how long the text is valid: %i ms", (ms) => {
    const { text, validForMs } = english.ago(ms);
    expect(english.ago(ms + validForMs - 1).text).toBe(text);
    expect(english.ago(ms + validForMs).text).not.toBe(text);
  });
});

describe("time", () => {
  const now = new Date(2026, 2, 18, 15, 0).getTime();

  it("formats a time of today without the day", () => {
    const at = new Date(2026, 2, 18, 14, 3).getTime();
    expect(plain(english.time(at, now))).toBe("2:03 PM");
    expect(plain(french.time(at, now))).toBe("14:03");
  });

  it("adds the weekday within a week and the date before that", () => {
    expect(plain(english.time(new Date(2026, 2, 16, 14, 3).getTime(), now))).toBe("Mon 2:03 PM");
    expect(plain(english.time(new Date(2026, 1, 3, 14, 3).getTime(), now))).toBe("Feb 3, 2026, 2:03 PM");
  });
});
