// @ts-check
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { webDarkTheme, webLightTheme } from "@fluentui/tokens";

/** @type {Record<string, string | number>} */
const LIGHT = { ...webLightTheme };
/** @type {Record<string, string | number>} */
const DARK = { ...webDarkTheme };
/** What the pane names itself. */
const OWN = "pane-";

/**
 * A webpack loader for the style sheet that declares the Fluent 2 tokens: those that the style sheets beside it use as
 * `var(--<token>)`, light and dark, and no others. A custom property that is no token, and not the pane's, is an error.
 * @this {import("webpack").LoaderContext<object>}
 */
export default async function fluentTokensLoader() {
  this.addContextDependency(this.context);
  const files = (await readdir(this.context)).filter((name) => name.endsWith(".css"));
  const sheets = await Promise.all(files.map((name) => readFile(join(this.context, name), "utf8")));
  const used = Array.from(sheets.join("\n").matchAll(/var\(--([\w-]+)/g), ([, name]) => name ?? "");
  const tokens = [...new Set(used)].filter((name) => !name.startsWith(OWN)).sort();
  const strangers = tokens.filter((name) => !(name in LIGHT));
  if (strangers.length > 0) throw new Error(`${this.context}: these are no Fluent tokens: ${strangers.join(", ")}`);

  const dark = tokens.filter((name) => DARK[name] !== LIGHT[name]);
  return [
    `:root{color-scheme:light;${declarations(LIGHT, tokens)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme]){color-scheme:dark;${declarations(DARK, dark)}}}`,
    `:root[data-theme="dark"]{color-scheme:dark;${declarations(DARK, dark)}}`,
  ].join("\n");
}

/**
 * @param {Record<string, string | number>} theme
 * @param {string[]} names
 */
function declarations(theme, names) {
  return names.map((name) => `--${name}:${theme[name] ?? ""};`).join("");
}
