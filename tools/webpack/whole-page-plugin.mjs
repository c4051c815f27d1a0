// @ts-check
import { readFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import HtmlPlugin from "html-webpack-plugin";

/**
 * Puts scripts before every other, as they are and as one file: a classic script, because engines that know no modules are
 * to run it. webpack's own output would be too new for them.
 */
export class FirstScriptsPlugin {
  #files;

  /** @param {readonly string[]} files in the order in which they run */
  constructor(files) {
    this.#files = files;
  }

  /** @param {import("webpack").Compiler} compiler */
  apply(compiler) {
    compiler.hooks.thisCompilation.tap("FirstScriptsPlugin", (compilation) => {
      for (const file of this.#files) compilation.fileDependencies.add(file);
      HtmlPlugin.getCompilationHooks(compilation).alterAssetTagGroups.tapPromise("FirstScriptsPlugin", async (data) => {
        const source = (await Promise.all(this.#files.map((file) => readFile(file, "utf8")))).join("\n");
        const name = `assets/first.${createHash("sha256").update(source).digest("hex").slice(0, 12)}.js`;
        compilation.emitAsset(name, new compiler.webpack.sources.RawSource(source), { minimized: true });
        data.headTags.unshift({ tagName: "script", attributes: { src: name }, voidTag: false, meta: {} });
        return data;
      });
    });
  }
}
