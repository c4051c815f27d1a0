// @ts-check
import webpack from "webpack";

/**
 * Lists every file that is written, with its size in bytes, in a JSON file beside them: `{ "assets/a.js": 120 }`. Whoever
 * serves the files can tell by it whether all of them are there.
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
      // After everything that adds or changes files.
      const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT;
      compilation.hooks.processAssets.tap({ name: "FileListPlugin", stage }, (assets) => {
        const sizes = Object.entries(assets).map(([name, source]) => [name, source.buffer().length]);
        const text = JSON.stringify(Object.fromEntries(sizes), null, 1);
        compilation.emitAsset(this.#name, new webpack.sources.RawSource(text));
      });
    });
  }
}
