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

describe("a redacted text", () => {
  it.each([
    ["C:\\Users\\Anna\\AppData\\Local\\x", "C:\\Users\\<user>\\AppData\\Local\\x"],
    ["c:\\users\\somebody.else\\x", "c:\\users\\<user>\\x"],
    ["/home/anna/.local/state", "/home/<user>/.local/state"],
    ["profile Anna Müller, on pc-0815", "profile <profile>, on <machine>"],
    ["mail to anna.mueller@example.org now", "mail to <address> now"],
    ["user S-1-5-21-1004336348-1177238915-682003330-512 owns it", "user <user's SID> owns it"],
    // A short name is one only where it stands alone.
    ["al is not in install", "<user> is not in install"],
    ["HKCU\\Software\\Microsoft\\Office\\16.0", "HKCU\\Software\\Microsoft\\Office\\16.0"],
  ])("of %j is %j", (text, expected) => {
    expect(redact(text, personal)).toBe(expected);
  });

  it("holds no name, whatever stands around it", () => {
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

  it("is redacted wherever it stands in an object, and nothing else is touched", () => {
    const value = { a: ["Anna", 1, null, { deep: "PC-0815" }], b: true };
    expect(redactAll(value, personal)).toEqual({ a: ["<user>", 1, null, { deep: "<machine>" }], b: true });
  });
});
