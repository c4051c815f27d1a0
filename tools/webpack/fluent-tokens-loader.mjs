// @ts-check
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { webDarkTheme, webLightTheme } from "@fluentui/tokens";

/** @type {Record<string, string | number>} */
const LIGHT = { ...webLightTheme };
/** @type {Record<string, string | number>} */
const DARK = { ...webDarkTheme };
/** Prefix of the pane's own custom properties. */
const OWN_PREFIX = "pane-";

/**
 * A webpack loader that generates a style sheet with the light and dark values of the Fluent 2 tokens that the style sheets in the
 * same folder use as `var(--<token>)`. Any other custom property is an error, unless it has the pane's prefix.
 * @this {import("webpack").LoaderContext<object>}
 */
export default async function fluentTokensLoader() {
  this.addContextDependency(this.context);
  const files = (await readdir(this.context)).filter((name) => name.endsWith(".css"));
  const sheets = await Promise.all(files.map((name) => readFile(join(this.context, name), "utf8")));
  const used = Array.from(sheets.join("\n").matchAll(/var\(--([\w-]+)/g), ([, name]) => name ?? "");
  const tokens = [...new Set(used)].filter((name) => !name.startsWith(OWN_PREFIX)).sort();
  const unknown = tokens.filter((name) => !(name in LIGHT));
  if (unknown.length > 0) throw new Error(`${this.context}: not Fluent tokens: ${unknown.join(", ")}`);

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
