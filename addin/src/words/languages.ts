import type { Table, Tables } from "./words.js";

/** Every language in addin/strings: a file more is a language more. */
export function allLanguages(): Tables {
  const files = import.meta.webpackContext("../../strings", { regExp: /\.json$/ });
  return Object.fromEntries(files.keys().map((name) => [name.slice(2, -5), files(name) as Table]));
}
