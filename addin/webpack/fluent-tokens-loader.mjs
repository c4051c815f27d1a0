import { webDarkTheme, webLightTheme } from "@fluentui/tokens";

/**
 * A webpack loader for CSS: whatever Fluent 2 token a style sheet uses as `var(--<token>)` is declared at its top, light
 * and dark, and none that it does not use. A custom property that is neither a token nor declared is an error.
 */
export default function fluentTokensLoader(css) {
  const used = new Set(Array.from(css.matchAll(/var\(--([\w-]+)/g), ([, name]) => name));
  const own = new Set(Array.from(css.matchAll(/^\s*--([\w-]+)\s*:/gm), ([, name]) => name));
  const tokens = [...used].filter((name) => !own.has(name)).sort();
  const strangers = tokens.filter((name) => !(name in webLightTheme));
  if (strangers.length > 0) throw new Error(`${this.resourcePath}: not Fluent tokens: ${strangers.join(", ")}`);

  const declare = (theme, names) => names.map((name) => `--${name}:${theme[name]};`).join("");
  const dark = declare(
    webDarkTheme,
    tokens.filter((name) => webDarkTheme[name] !== webLightTheme[name]),
  );
  return [
    `:root{color-scheme:light;${declare(webLightTheme, tokens)}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme]){color-scheme:dark;${dark}}}`,
    `:root[data-theme="dark"]{color-scheme:dark;${dark}}`,
    css,
  ].join("\n");
}
