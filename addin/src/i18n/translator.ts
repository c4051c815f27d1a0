import type english from "../../strings/en.json";

/** Keys of the strings; English has all of them. */
export type StringKey = keyof typeof english;
/** The strings of one language. A string with a count is an object of plural forms. */
export type Strings = Readonly<Partial<Record<StringKey, string | Readonly<Record<string, string>>>>>;
/** The strings of each language by language subtag ("en"). */
export type Languages = Readonly<Record<string, Strings>>;
/** Values for the placeholders of a string; `count` also selects the plural form. */
export type Values = Readonly<Record<string, string | number>>;

/** Translates string keys into one language; English replaces what the language lacks. */
export class Translator {
  /** Locale for numbers, dates and times: the preferred one, which may be more specific than the language. */
  readonly locale: string;
  readonly #strings: Strings;
  readonly #english: Strings;
  #pluralRules: Intl.PluralRules | undefined;
  #numberFormat: Intl.NumberFormat | undefined;

  /** @param preferred locales in order of preference */
  constructor(languages: Languages, preferred: readonly string[]) {
    this.locale =
      preferred.map(usableTag).find((tag) => tag !== null && Object.hasOwn(languages, languageOf(tag))) ?? "en";
    this.#english = languages["en"] ?? {};
    this.#strings = languages[languageOf(this.locale)] ?? this.#english;
  }

  text(key: StringKey, values: Values = {}): string {
    const entry = this.#strings[key] ?? this.#english[key] ?? key;
    const { count } = values;
    const form = typeof count === "number" ? this.#pluralForm(count) : "other";
    const text = typeof entry === "string" ? entry : (entry[form] ?? entry["other"] ?? key);
    return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = values[name];
      if (value === undefined) return placeholder;
      return typeof value === "number" ? this.#formatNumber(value) : value;
    });
  }

  // Intl objects are expensive to create, and the state itself needs none of them.
  #pluralForm(count: number): string {
    this.#pluralRules ??= new Intl.PluralRules(this.locale);
    return this.#pluralRules.select(count);
  }

  #formatNumber(value: number): string {
    this.#numberFormat ??= new Intl.NumberFormat(this.locale);
    return this.#numberFormat.format(value);
  }
}

/**
 * The part of a language tag that Intl accepts: it throws for a tag with any invalid part, and systems report tags such as
 * "en-US@posix" or "fr_FR.UTF-8". Null if no part is valid.
 */
function usableTag(tag: string): string | null {
  const [plain = ""] = tag.replaceAll("_", "-").split(/[.@]/);
  for (const candidate of [tag, plain, languageOf(plain)]) {
    try {
      Intl.getCanonicalLocales(candidate);
      return candidate;
    } catch {
      // Try a shorter tag.
    }
  }
  return null;
}

function languageOf(tag: string): string {
  return tag.toLowerCase().split("-")[0] ?? "";
}
