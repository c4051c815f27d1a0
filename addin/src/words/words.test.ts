import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EXPLAINED, ROWS } from "../told/rows.js";
import { Times } from "./times.js";
import { Words, type Tables } from "./words.js";

const STRINGS = new URL("../../strings/", import.meta.url);
const SOURCES = new URL("../", import.meta.url);
const read = (name: string): Record<string, string | Record<string, string>> =>
  JSON.parse(readFileSync(new URL(name, STRINGS), "utf8")) as Record<string, string | Record<string, string>>;
const languages = readdirSync(STRINGS).map((name) => name.replace(".json", ""));
const english = read("en.json");
const forms = (entry: string | Record<string, string> = ""): string[] =>
  typeof entry === "string" ? [entry] : Object.values(entry);
const places = (text: string): string[] => Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name ?? "").sort();

/** What the ends of names are, that the code puts together. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  word: ["online", "offline", "unknown"],
  title: ["online", "offline", "unknown"],
  past: ["online", "offline"],
  was: ["online", "offline"],
  reading: ["working-offline", "disconnected", "connected"],
  details: ["profile", "outlook", "bridge"],
};

function used(): Set<string> {
  const code = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(new URL(name, SOURCES), "utf8"))
    .join("\n");
  const literal = Array.from(code.matchAll(/"([a-z-]+\.[A-Za-z]+)"/g), ([, key]) => key ?? "");
  const joined = Array.from(code.matchAll(/`([a-z]+)\.\$\{/g), ([, begin]) => begin ?? "").flatMap((begin) => {
    expect(ENDS).toHaveProperty(begin);
    return (ENDS[begin] ?? []).map((end) => `${begin}.${end}`);
  });
  const explained = Object.values(EXPLAINED).flatMap((connections) => Object.values(connections));
  const rows = [...Object.values(ROWS), ...explained].flatMap(({ title, meaning, step }) =>
    [title, meaning, step].filter((key) => key !== undefined),
  );
  return new Set([...literal, ...joined, ...rows]);
}

describe("the strings", () => {
  it("are there in English and French", () => {
    expect(languages).toEqual(expect.arrayContaining(["en", "fr"]));
  });

  it("are all used", () => {
    const names = used();
    expect(Object.keys(english).filter((key) => !names.has(key))).toEqual([]);
  });

  it("are all there that are used", () => {
    const known = Object.keys(english);
    const begins = new Set(known.map((key) => key.split(".")[0]));
    expect([...used()].filter((key) => begins.has(key.split(".")[0]) && !known.includes(key))).toEqual([]);
  });

  describe.each(languages)("in %s", (language) => {
    const table = read(`${language}.json`);

    it("are neither missing nor superfluous nor empty", () => {
      expect(Object.keys(table).sort()).toEqual(Object.keys(english).sort());
      expect(Object.keys(table).filter((key) => forms(table[key]).some((text) => text.trim() === ""))).toEqual([]);
    });

    it("have the plural forms that the language has, and the places that English has", () => {
      const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const [key, entry] of Object.entries(table)) {
        if (typeof entry !== "string") expect([key, Object.keys(entry).sort()]).toEqual([key, [...categories].sort()]);
        const wanted = places(forms(english[key]).at(-1) ?? "");
        expect([key, places(forms(entry).at(-1) ?? "")]).toEqual([key, wanted]);
      }
    });

    it("fit into a notice in Outlook, which takes 150 characters", () => {
      expect(forms(table["compose.notice"])[0]?.length).toBeLessThanOrEqual(150);
    });
  });
});

describe("words", () => {
  const tables: Tables = {
    en: { "word.online": "Online", "timeline.drops": { one: "one", other: "{count} times, {duration}" } },
    fr: { "timeline.drops": { one: "{count} fois", many: "{count} fois", other: "{count} fois, {duration}" } },
  };

  it("are in the first wanted language that there is, with its region for dates and numbers", () => {
    expect(new Words(tables, ["de-DE", "fr-CA", "en"]).locale).toBe("fr-CA");
    expect(new Words(tables, ["de-DE"]).locale).toBe("en");
  });

  it.each([
    ["en-US@posix", "en-US"],
    ["fr_FR.UTF-8", "fr-FR"],
    ["fr-CA-x", "fr"],
    ["C", "en"],
    ["", "en"],
    ["constructor", "en"],
  ])("use of a language tag what Intl accepts: %s", (tag, locale) => {
    const words = new Words(tables, [tag]);
    expect(words.locale).toBe(locale);
    expect(words.text("timeline.drops", { count: 1234, duration: "x" })).not.toBe("");
    expect(new Times(words.locale).duration(60_000).text).toMatch(/^1 minute$/);
  });

  it("take what a language lacks from English", () => {
    expect(new Words(tables, ["fr"]).text("word.online")).toBe("Online");
  });

  it("choose the plural form by the language's rules: no drop is singular in French", () => {
    expect(new Words(tables, ["en"]).text("timeline.drops", { count: 1, duration: "x" })).toBe("one");
    expect(new Words(tables, ["en"]).text("timeline.drops", { count: 0, duration: "x" })).toBe("0 times, x");
    expect(new Words(tables, ["fr"]).text("timeline.drops", { count: 0, duration: "x" })).toBe("0 fois");
  });

  it("write numbers as the language does", () => {
    const text = new Words(tables, ["fr"]).text("timeline.drops", { count: 1234, duration: "x" });
    expect(text.replace(/\s/gu, " ")).toBe("1 234 fois, x");
  });
});
