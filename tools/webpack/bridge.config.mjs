// @ts-check
// Bundles the command line and the bridge: dist/bundle/main.js, and one file for each command, which is loaded when it is used.
// Loading some 300 modules separately would take half of the start-up time.
import { createRequire } from "node:module";
import webpack from "webpack";
import { fromRoot } from "../lib/paths.mjs";

// The minimizer that webpack itself uses.
const Minimizer = createRequire(createRequire(import.meta.url).resolve("webpack"))("minimizer-webpack-plugin");

/** Not bundled: packages with native code, and packages that are looked up at run time or started as programs. */
const EXTERNALS = ["libsql", "native-reg", "node-gyp-build", "office-addin-debugging"];
/** Optional native add-ons of ws, which are not installed: ws catches the error of `require`. */
const OPTIONAL = ["bufferutil", "utf-8-validate"];

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
  },
  externalsPresets: { node: true },
  externalsType: "module-import",
  externals: [...EXTERNALS, Object.fromEntries(OPTIONAL.map((name) => [name, `node-commonjs ${name}`]))],
  module: {
    parser: { javascript: { createRequire: false, importMeta: false, url: false, exprContextCritical: false } },
    rules: [
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
    // Lets a shell run the file.
    new webpack.BannerPlugin({
      banner: "#!/usr/bin/env node",
      raw: true,
      entryOnly: true,
      stage: webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT,
    }),
  ],
  optimization: {
    chunkIds: "named",
    // Keeps names, so that stack traces are readable.
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
