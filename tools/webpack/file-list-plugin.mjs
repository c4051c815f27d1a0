// @ts-check
import webpack from "webpack";

/**
 * Writes a JSON file with the name and size in bytes of every output file: `{ "assets/a.js": 120 }`. The server of the files uses
 * it to check that all of them exist.
 */
export class FileListPlugin {
  #name;

  /** @param {string} name of the list */
  constructor(name) {
    this.#name = name;
  }

  /** @param {import("webpack").Compiler} compiler */
  apply(compiler) {
    compiler.hooks.thisCompilation.tap("FileListPlugin", (compilation) => {
      // After all plugins that add or change files.
      const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
      compilation.hooks.processAssets.tap({ name: "FileListPlugin", stage }, (assets) => {
        const sizes = Object.entries(assets).map(([name, source]) => [name, source.buffer().length]);
        const text = JSON.stringify(Object.fromEntries(sizes), null, 1);
        compilation.emitAsset(this.#name, new webpack.sources.RawSource(text));
      });
    });
  }
}
