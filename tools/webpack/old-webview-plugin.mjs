// @ts-check
import { readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import HtmlPlugin from "html-webpack-plugin";

/**
 * Puts one script before every other, as it is: a classic script, because engines that know no modules are to run it.
 * webpack's own output would be too new for them.
 */
export class OldWebviewPlugin {
  #file;

  /** @param {string} file */
  constructor(file) {
    this.#file = file;
  }

  /** @param {import("webpack").Compiler} compiler */
  apply(compiler) {
    compiler.hooks.thisCompilation.tap("OldWebviewPlugin", (compilation) => {
      compilation.fileDependencies.add(this.#file);
      HtmlPlugin.getCompilationHooks(compilation).alterAssetTagGroups.tapPromise("OldWebviewPlugin", async (data) => {
        const source = await readFile(this.#file);
        const name = `assets/old-webview.${createHash("sha256").update(source).digest("hex").slice(0, 12)}.js`;
        compilation.emitAsset(name, new compiler.webpack.sources.RawSource(source), { minimized: true });
        data.headTags.unshift({ tagName: "script", attributes: { src: name }, voidTag: false, meta: {} });
        return data;
      });
    });
  }
}
