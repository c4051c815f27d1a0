// @ts-check
import { readFile } from "node:fs/promises";
import HtmlPlugin from "html-webpack-plugin";

/** What would end the element that a script or a style sheet stands in, or have the parser read it in another way. */
const BREAKS_OUT = /<\/(?:script|style)|<!--/i;

/**
 * Makes one whole of the page: what connects comes first in it, then the style sheet, the page, and the pane's own script
 * when the page is there. Whatever else the browser had to fetch before the state can be seen, from the service worker's
 * cache too, would take its time from the connection to the feed. Whoever serves the page allows exactly these scripts and
 * styles by their hashes (bridge/src/server/page-policy.ts).
 */
export class WholePagePlugin {
  #first;
  #whole;

  /**
   * @param {object} options
   * @param {readonly string[]} options.first classic scripts in the order in which they run, before everything else and as
   *   they are: engines that know no modules are to run them, and webpack's own output would be too new for those
   * @param {boolean} options.whole whether style sheet and script are put into the page; else they stay files
   */
  constructor({ first, whole }) {
    this.#first = first;
    this.#whole = whole;
  }

  /** @param {import("webpack").Compiler} compiler */
  apply(compiler) {
    compiler.hooks.thisCompilation.tap("WholePagePlugin", (compilation) => {
      for (const file of this.#first) compilation.fileDependencies.add(file);
      HtmlPlugin.getCompilationHooks(compilation).alterAssetTagGroups.tapPromise("WholePagePlugin", async (data) => {
        if (this.#whole) putWithin(compilation, data);
        const sources = await Promise.all(this.#first.map((file) => readFile(file, "utf8")));
        data.headTags.unshift(element("script", {}, sources.join("\n")));
        return data;
      });
    });
  }
}

/**
 * @param {import("webpack").Compilation} compilation
 * @param {{ headTags: HtmlPlugin.HtmlTagObject[], bodyTags: HtmlPlugin.HtmlTagObject[] }} data
 */
function putWithin(compilation, data) {
  /** @param {unknown} name */
  const take = (name) => {
    const asset = typeof name === "string" ? compilation.getAsset(name) : undefined;
    if (asset === undefined) throw new Error(`the page names ${String(name)}, which is not there`);
    compilation.deleteAsset(asset.name);
    return asset.source.source().toString();
  };
  data.headTags = data.headTags.flatMap((tag) => {
    const { href, src, type } = tag.attributes;
    if (tag.tagName === "link") return [element("style", {}, take(href))];
    if (tag.tagName !== "script") return [tag];
    // Behind the page: its elements can be seen while the script is still being read.
    data.bodyTags.push(element("script", { type: type ?? "text/javascript" }, take(src)));
    return [];
  });
}

/**
 * @param {string} tagName
 * @param {Record<string, string | boolean>} attributes
 * @param {string} innerHTML
 */
function element(tagName, attributes, innerHTML) {
  if (BREAKS_OUT.test(innerHTML)) throw new Error(`what is to stand in <${tagName}> has ${String(BREAKS_OUT)} in it`);
  return { tagName, attributes, innerHTML, voidTag: false, meta: {} };
}
