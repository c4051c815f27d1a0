// @ts-check
/** What the bridge serves: the pane's files, their maps while it is developed, and what it answers itself. */
const SERVED = ["css", "html", "ico", "js", "json", "map", "png", "svg", "txt", "webmanifest", "webp", "woff2", "xml"];

/**
 * A webpack loader for mime-db's table of some 2,500 types, which Express keeps in memory whole: leaves those that claim an
 * extension of the files that are served, each as it is.
 * @this {import("webpack").LoaderContext<object>}
 * @param {string} source
 */
export default function contentTypesLoader(source) {
  /** @type {Record<string, { extensions?: string[] }>} */
  const types = JSON.parse(source);
  const served = Object.entries(types).filter(([, { extensions = [] }]) =>
    extensions.some((one) => SERVED.includes(one)),
  );
  return JSON.stringify(Object.fromEntries(served));
}
