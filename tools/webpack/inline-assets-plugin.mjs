// @ts-check
import { readFile } from "node:fs/promises";
import HtmlPlugin from "html-webpack-plugin";

/** Text that would end the surrounding script or style element, or change how it is parsed. */
const UNSAFE = /<\/(?:script|style)|<!--/i;

/**
 * Puts styles and scripts into the page: first a classic script, then the styles, and the pane's script after the page's elements. The
 * browser then needs one request to show the state. The bridge allows exactly these scripts and styles by their hashes
 * (Content-Security-Policy).
 */
export class InlineAssetsPlugin {
  #classicScript;
  #inline;

  /**
   * @param {object} options
   * @param {string} options.classicScript file that runs first and unchanged, because old engines without modules must run it too
   * @param {boolean} options.inline whether the styles and the pane's script are put into the page; otherwise they remain files
   */
  constructor({ classicScript, inline }) {
    this.#classicScript = classicScript;
    this.#inline = inline;
  }

  /** @param {import("webpack").Compiler} compiler */
  apply(compiler) {
    compiler.hooks.thisCompilation.tap("InlineAssetsPlugin", (compilation) => {
      compilation.fileDependencies.add(this.#classicScript);
      HtmlPlugin.getCompilationHooks(compilation).alterAssetTagGroups.tapPromise("InlineAssetsPlugin", async (data) => {
        if (this.#inline) inlineAssets(compilation, data);
        data.headTags.unshift(element("script", {}, await readFile(this.#classicScript, "utf8")));
        return data;
      });
    });
  }
}

/**
 * @param {import("webpack").Compilation} compilation
 * @param {{ headTags: HtmlPlugin.HtmlTagObject[], bodyTags: HtmlPlugin.HtmlTagObject[] }} data
 */
function inlineAssets(compilation, data) {
  /** @param {unknown} name */
  const take = (name) => {
    const asset = typeof name === "string" ? compilation.getAsset(name) : undefined;
    if (asset === undefined) throw new Error(`the page refers to ${String(name)}, which does not exist`);
    compilation.deleteAsset(asset.name);
    return asset.source.source().toString();
  };
  data.headTags = data.headTags.flatMap((tag) => {
    const { href, src, type } = tag.attributes;
    if (tag.tagName === "link") return [element("style", {}, take(href))];
    if (tag.tagName !== "script") return [tag];
    // After the page's elements, which are displayed while the script is parsed.
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
  if (UNSAFE.test(innerHTML)) throw new Error(`the content of <${tagName}> matches ${String(UNSAFE)}`);
  return { tagName, attributes, innerHTML, voidTag: false, meta: {} };
}
