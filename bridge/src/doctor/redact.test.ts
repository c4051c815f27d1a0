import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redact, redactAll } from "./redact.js";

const personal = {
  names: [
    { text: "Anna Müller", by: "<profile>" },
    { text: "anna", by: "<user>" },
    { text: "PC-0815", by: "<machine>" },
    { text: "al", by: "<user>" },
  ],
};

describe("redact", () => {
  it.each([
    ["C:\\Users\\Anna\\AppData\\Local\\x", "C:\\Users\\<user>\\AppData\\Local\\x"],
    ["c:\\users\\somebody.else\\x", "c:\\users\\<user>\\x"],
    ["/home/anna/.local/state", "/home/<user>/.local/state"],
    ["profile Anna Müller, on pc-0815", "profile <profile>, on <machine>"],
    ["mail to anna.mueller@example.org now", "mail to <address> now"],
    ["user S-1-5-21-1004336348-1177238915-682003330-512 owns it", "user <user's SID> owns it"],
    ["(anna.mueller@example.org), <a@b.co>", "(<address>), <<address>>"],
    ["a user@host without a domain, a@b, @c.de", "a user@host without a domain, a@b, @c.de"],
    ["C:\\\\Users\\\\Bob\\\\x", "C:\\\\Users\\\\<user>\\\\x"],
    // A short name is only replaced as a whole word.
    ["al is not in install", "<user> is not in install"],
    ["HKCU\\Software\\Microsoft\\Office\\16.0", "HKCU\\Software\\Microsoft\\Office\\16.0"],
  ])("turns %j into %j", (text, expected) => {
    expect(redact(text, personal)).toBe(expected);
  });

  it("removes names in any context", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.constantFrom("Anna Müller", "ANNA", "pc-0815"),
        (before, after, name) => {
          expect(redact(`${before}${name}${after}`, personal).toLowerCase()).not.toContain(name.toLowerCase());
        },
      ),
    );
  });

  it("redacts all strings of an object and changes nothing else", () => {
    const value = { a: ["Anna", 1, null, { deep: "PC-0815" }], b: true };
    expect(redactAll(value, personal)).toEqual({ a: ["<user>", 1, null, { deep: "<machine>" }], b: true });
  });
});

// A power failure can leave megabytes of one character in a log. A pattern that takes quadratic time would need hours for 4 MB.
describe("redact, for megabytes of text", () => {
  const size = 4 << 20;
  it.each([
    ["NULs", "\0"],
    ["letters", "a"],
    ["at signs", "@"],
    ["slashes", "/"],
    ["backslashes", "\\"],
    ["dots", "."],
    ["words with at signs", "ab@"],
    ["words with at signs and dots", "a@b."],
    ["folders without a user", "/home/"],
    ["drives", "C:/"],
    ["beginnings of a SID", "S-1-5-21-"],
    ["names", "anna"],
  ])("takes linear time for a run of %s", (_case, piece) => {
    const text = piece.repeat(size / piece.length);
    const result = redact(`${text} mail anna.mueller@example.org`, personal);
    expect(result.endsWith("<address>")).toBe(true);
  });

  it("leaves out values that are nested deeper than any log line", () => {
    let value: unknown = "Anna";
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    expect(JSON.stringify(redactAll(value, personal))).toContain("<nested too deep>");
  });
});
