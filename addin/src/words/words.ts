import type english from "../../strings/en.json";

/** Names of the strings; English has them all. */
export type StringKey = keyof typeof english;
/** One language: the strings by name. A string with a count is a set of plural forms. */
export type Table = Readonly<Partial<Record<StringKey, string | Readonly<Record<string, string>>>>>;
/** What is put into the places of a string. */
export type Values = Readonly<Record<string, string | number>>;
/** The languages that there are, by language subtag; English among them. */
export type Tables = Readonly<Record<string, Table>>;

/** The strings of one language, with English for what a language lacks, and numbers, plurals and places filled in. */
export class Words {
  /** The locale of numbers, dates and times: the wanted one, which may be more exact than the language. */
  readonly locale: string;
  readonly #table: Table;
  readonly #english: Table;
  #plural: Intl.PluralRules | undefined;
  #number: Intl.NumberFormat | undefined;

  constructor(tables: Tables, wanted: readonly string[]) {
    this.locale = wanted.map(usableTag).find((tag) => tag !== null && Object.hasOwn(tables, languageOf(tag))) ?? "en";
    this.#english = tables["en"] ?? {};
    this.#table = tables[languageOf(this.locale)] ?? this.#english;
  }

  /** The string of that name; with a `count` among the values its plural form. */
  text(key: StringKey, values: Values = {}): string {
    const entry = this.#table[key] ?? this.#english[key] ?? key;
    const { count } = values;
    const form = typeof count === "number" ? this.#form(count) : "other";
    const text = typeof entry === "string" ? entry : (entry[form] ?? entry["other"] ?? key);
    return text.replace(/\{(\w+)\}/g, (place, name: string) => {
      const value = values[name];
      if (value === undefined) return place;
      return typeof value === "number" ? this.#digits(value) : value;
    });
  }

  // Both formatters are made when they are first needed: the state's own words need neither.
  #form(count: number): string {
    this.#plural ??= new Intl.PluralRules(this.locale);
    return this.#plural.select(count);
  }

  #digits(value: number): string {
    this.#number ??= new Intl.NumberFormat(this.locale);
    return this.#number.format(value);
  }
}

/**
 * What Intl accepts of a language tag, which it refuses whole for one part that is wrong: systems say "en-US@posix" or
 * "fr_FR.UTF-8" too. Null when nothing of it can be used.
 */
function usableTag(tag: string): string | null {
  const [plain = ""] = tag.replaceAll("_", "-").split(/[.@]/);
  for (const candidate of [tag, plain, languageOf(plain)]) {
    try {
      Intl.getCanonicalLocales(candidate);
      return candidate;
    } catch {
      // Less of it, then.
    }
  }
  return null;
}

function languageOf(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}
