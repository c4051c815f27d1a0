import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EXPLANATIONS, MESSAGES } from "../view-model/messages.js";
import { TimeFormatter } from "./time-formatter.js";
import { Translator, type Languages } from "./translator.js";

const STRINGS = new URL("../../strings/", import.meta.url);
const SOURCES = new URL("../", import.meta.url);
const read = (name: string): Record<string, string | Record<string, string>> =>
  JSON.parse(readFileSync(new URL(name, STRINGS), "utf8")) as Record<string, string | Record<string, string>>;
const languages = readdirSync(STRINGS).map((name) => name.replace(".json", ""));
const english = read("en.json");
const forms = (entry: string | Record<string, string> = ""): string[] =>
  typeof entry === "string" ? [entry] : Object.values(entry);
const placeholders = (text: string): string[] =>
  Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name ?? "").sort();

/** The suffixes of keys that the code concatenates, by prefix. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  state: ["online", "offline", "unknown"],
  lastKnown: ["online", "offline"],
  was: ["online", "offline"],
  reading: ["working-offline", "disconnected", "connected"],
};

function usedKeys(): Set<string> {
  const code = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(new URL(name, SOURCES), "utf8"))
    .join("\n");
  const literal = Array.from(code.matchAll(/"([A-Za-z-]+\.[A-Za-z]+|pageTitle)"/g), ([, key]) => key ?? "");
  const concatenated = Array.from(code.matchAll(/text\(`([A-Za-z]+)\.\$\{/g), ([, prefix]) => prefix ?? "").flatMap(
    (prefix) => {
      expect(SUFFIXES).toHaveProperty(prefix);
      return (SUFFIXES[prefix] ?? []).map((suffix) => `${prefix}.${suffix}`);
    },
  );
  const explanations = Object.values(EXPLANATIONS).flatMap((connections) => Object.values(connections));
  const messages = [...Object.values(MESSAGES), ...explanations].flatMap(({ title, meaning, step }) =>
    [title, meaning, step].filter((key) => key !== undefined),
  );
  return new Set([...literal, ...concatenated, ...messages]);
}

describe("strings", () => {
  it("exist in English and French", () => {
    expect(languages).toEqual(expect.arrayContaining(["en", "fr"]));
  });

  it("contain no unused key", () => {
    const used = usedKeys();
    expect(Object.keys(english).filter((key) => !used.has(key))).toEqual([]);
  });

  it("contain every used key", () => {
    const keys = Object.keys(english);
    const prefixes = new Set(keys.map((key) => key.split(".")[0]));
    expect([...usedKeys()].filter((key) => prefixes.has(key.split(".")[0]) && !keys.includes(key))).toEqual([]);
  });

  describe.each(languages)("in %s", (language) => {
    const strings = read(`${language}.json`);

    it("have the same keys as English, and none is empty", () => {
      expect(Object.keys(strings).sort()).toEqual(Object.keys(english).sort());
      expect(Object.keys(strings).filter((key) => forms(strings[key]).some((text) => text.trim() === ""))).toEqual([]);
    });

    it("have the plural forms of the language and the placeholders of English", () => {
      const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const [key, entry] of Object.entries(strings)) {
        if (typeof entry !== "string") expect([key, Object.keys(entry).sort()]).toEqual([key, [...categories].sort()]);
        const expected = placeholders(forms(english[key]).at(-1) ?? "");
        expect([key, placeholders(forms(entry).at(-1) ?? "")]).toEqual([key, expected]);
      }
    });

    it("fit into a notification of Outlook, which has at most 150 characters", () => {
      expect(forms(strings["compose.notice"])[0]?.length).toBeLessThanOrEqual(150);
    });
  });
});

describe("Translator", () => {
  const languages: Languages = {
    en: { "state.online": "Online", "timeline.drops": { one: "one", other: "{count} times, {duration}" } },
    fr: { "timeline.drops": { one: "{count} fois", many: "{count} fois", other: "{count} fois, {duration}" } },
  };

  it("uses the first preferred language that exists, with its region", () => {
    expect(new Translator(languages, ["de-DE", "fr-CA", "en"]).locale).toBe("fr-CA");
    expect(new Translator(languages, ["de-DE"]).locale).toBe("en");
  });

  it.each([
    ["en-US@posix", "en-US"],
    ["fr_FR.UTF-8", "fr-FR"],
    ["fr-CA-x", "fr"],
    ["C", "en"],
    ["", "en"],
    ["constructor", "en"],
  ])("uses the valid part of a language tag: %s", (tag, locale) => {
    const translator = new Translator(languages, [tag]);
    expect(translator.locale).toBe(locale);
    expect(translator.text("timeline.drops", { count: 1234, duration: "x" })).not.toBe("");
    expect(new TimeFormatter(translator.locale).duration(60_000).text).toMatch(/^1 minute$/);
  });

  it("uses English for a key that a language lacks", () => {
    expect(new Translator(languages, ["fr"]).text("state.online")).toBe("Online");
  });

  it("selects the plural form by the rules of the language", () => {
    expect(new Translator(languages, ["en"]).text("timeline.drops", { count: 1, duration: "x" })).toBe("one");
    expect(new Translator(languages, ["en"]).text("timeline.drops", { count: 0, duration: "x" })).toBe("0 times, x");
    expect(new Translator(languages, ["fr"]).text("timeline.drops", { count: 0, duration: "x" })).toBe("0 fois");
  });

  it("formats numbers for the locale", () => {
    const text = new Translator(languages, ["fr"]).text("timeline.drops", { count: 1234, duration: "x" });
    expect(text.replace(/\s/gu, " ")).toBe("1 234 fois, x");
  });
});
