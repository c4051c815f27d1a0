// @ts-check
import { webDarkTheme, webLightTheme } from "@fluentui/tokens";

/** @type {Record<string, string | number>} */
const LIGHT = { ...webLightTheme };
/** @type {Record<string, string | number>} */
const DARK = { ...webDarkTheme };

/**
 * A webpack loader for CSS: whatever Fluent 2 token a style sheet uses as `var(--<token>)` is declared at its top, light
 * and dark, and none that it does not use. A custom property that is neither a token nor declared is an error.
 * @this {import("webpack").LoaderContext<object>}
 * @param {string} css
 */
export default function fluentTokensLoader(css) {
  const used = new Set(Array.from(css.matchAll(/var\(--([\w-]+)/g), ([, name]) => name ?? ""));
  const own = new Set(Array.from(css.matchAll(/^\s*--([\w-]+)\s*:/gm), ([, name]) => name ?? ""));
  const tokens = [...used].filter((name) => !own.has(name)).sort();
  const strangers = tokens.filter((name) => !(name in LIGHT));
  if (strangers.length > 0)
    throw new Error(`${this.resourcePath}: these are no Fluent tokens: ${strangers.join(", ")}`);

  const dark = tokens.filter((name) => DARK[name] !== LIGHT[name]);
  return [
    `:root{color-scheme:light;${declarations(LIGHT, tokens)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme]){color-scheme:dark;${declarations(DARK, dark)}}}`,
    `:root[data-theme="dark"]{color-scheme:dark;${declarations(DARK, dark)}}`,
    css,
  ].join("\n");
}

/**
 * @param {Record<string, string | number>} theme
 * @param {string[]} names
 */
function declarations(theme, names) {
  return names.map((name) => `--${name}:${theme[name] ?? ""};`).join("");
}
