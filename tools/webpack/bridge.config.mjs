// @ts-check
// The bridge in a few files: dist/bundle/main.js, and a file for each command that is loaded only when it is wanted.
// Loading some 300 modules one by one took half of the start, and what was read for it stayed in memory.
import { createRequire } from "node:module";
import webpack from "webpack";
import { fromRoot } from "../lib/paths.mjs";

// The one that webpack itself uses.
const Minimizer = createRequire(createRequire(import.meta.url).resolve("webpack"))("minimizer-webpack-plugin");

/** Libraries with native code, and those that are started as programs of their own or looked for at run time. */
const APART = ["libsql", "native-reg", "node-gyp-build", "office-addin-debugging"];
/** Optional speed-ups of ws: asked for while it runs, and not there. */
const ABSENT = ["bufferutil", "utf-8-validate"];

/** @type {import("webpack").Configuration} */
export default {
  name: "bridge",
  mode: "production",
  target: "node20.11",
  devtool: false,
  context: fromRoot(),
  entry: { main: "./bridge/src/cli/main.ts" },
  experiments: { outputModule: true },
  output: {
    path: fromRoot("dist/bundle"),
    filename: "[name].js",
    chunkFilename: "[name].js",
    chunkFormat: "module",
    library: { type: "module" },
    module: true,
    clean: true,
  },
  resolve: {
    extensions: [".ts", ".js"],
    extensionAlias: { ".js": [".ts", ".js"] },
    alias: {
      // Express offers parsers of bodies, and loads the tables of a hundred character sets for it. The bridge reads no body.
      "body-parser": false,
      // It offers to parse queries with brackets. The bridge has Node parse them (app.ts).
      qs: false,
      // pino offers to write in a thread of its own. The bridge writes at once (rotating-file.ts).
      "thread-stream": false,
    },
  },
  externalsPresets: { node: true },
  externalsType: "module-import",
  externals: [...APART, Object.fromEntries(ABSENT.map((name) => [name, `node-commonjs ${name}`]))],
  module: {
    parser: { javascript: { createRequire: false, importMeta: false, url: false, exprContextCritical: false } },
    rules: [
      { test: /[\\/]mime-db[\\/]db\.json$/, loader: fromRoot("tools/webpack/content-types-loader.mjs") },
      {
        test: /\.ts$/,
        loader: "ts-loader",
        options: {
          configFile: fromRoot("bridge/tsconfig.json"),
          transpileOnly: true,
          compilerOptions: { module: "ESNext", moduleResolution: "Bundler" },
        },
      },
    ],
  },
  node: false,
  plugins: [
    // The bin of a package is run by its first line.
    new webpack.BannerPlugin({
      banner: "#!/usr/bin/env node",
      raw: true,
      entryOnly: true,
      stage: webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT,
    }),
  ],
  optimization: {
    chunkIds: "named",
    // Names stay, so that the log of a crash can be read; all ASCII, so that V8 keeps a character in one byte.
    minimizer: [
      new Minimizer({
        extractComments: false,
        terserOptions: {
          mangle: false,
          keep_classnames: true,
          keep_fnames: true,
          format: { ascii_only: true, comments: false, max_line_len: 160 },
        },
      }),
    ],
  },
  performance: { hints: false },
  stats: "errors-warnings",
};
