import CopyPlugin from "copy-webpack-plugin";
import CssMinimizerPlugin from "css-minimizer-webpack-plugin";
import HtmlPlugin from "html-webpack-plugin";
import MiniCssExtractPlugin from "mini-css-extract-plugin";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import webpack from "webpack";
import { InjectManifest } from "workbox-webpack-plugin";
import { FileListPlugin } from "./tools/webpack/file-list-plugin.mjs";
import { InlineAssetsPlugin } from "./tools/webpack/inline-assets-plugin.mjs";

/** @param {string} relative */
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(path("package.json"), "utf8"));

/**
 * The pane: dist/pane/taskpane.html and its assets, whose names contain the hash of their content.
 * @param {unknown} _env
 * @param {{ mode?: "production" | "development" }} options
 * @returns {import("webpack").Configuration}
 */
export default function configuration(_env, { mode = "production" }) {
  const production = mode === "production";
  return {
    name: "pane",
    mode,
    context: path("addin"),
    entry: { pane: "./src/main.ts" },
    output: {
      path: path("dist/pane"),
      // Relative to the page, because an inline script has no URL.
      publicPath: "",
      filename: "assets/[name].[contenthash:12].js",
      assetModuleFilename: "assets/[name].[contenthash:12][ext]",
      clean: true,
    },
    devtool: production ? false : "source-map",
    resolve: { extensions: [".ts", ".js"], extensionAlias: { ".js": [".ts", ".js"] } },
    module: {
      rules: [
        {
          test: /\.ts$/,
          loader: "ts-loader",
          // `npm run lint` checks the types, so that `npm start` is faster.
          options: { configFile: path("addin/tsconfig.json"), transpileOnly: true },
        },
        { test: /\.css$/, use: [MiniCssExtractPlugin.loader, "css-loader"] },
        { test: /tokens\.css$/, enforce: "pre", loader: path("tools/webpack/fluent-tokens-loader.mjs") },
        { test: /\.svg$/, type: "asset/resource" },
      ],
    },
    plugins: [
      new webpack.DefinePlugin({ PRODUCTION: JSON.stringify(production), VERSION: JSON.stringify(version) }),
      new HtmlPlugin({ template: "./src/taskpane.html", filename: "taskpane.html", scriptLoading: "module" }),
      new InlineAssetsPlugin({
        classicScript: path("addin/src/old-webview.js"),
        // During development the script is a file with a source map.
        inline: production,
      }),
      new MiniCssExtractPlugin({ filename: "assets/[name].[contenthash:12].css" }),
      new CopyPlugin({ patterns: [...officeFiles(), { from: "icons/*.png" }] }),
      ...(production ? [serviceWorker()] : []),
      // The bridge verifies the files when it starts.
      new FileListPlugin("pane-files.json"),
    ],
    optimization: { minimizer: ["...", new CssMinimizerPlugin()] },
    performance: { hints: false },
    stats: "errors-warnings",
  };
}

/**
 * Office.js and the files that it loads from its own folder: hosts and their strings in every language.
 */
function officeFiles() {
  return [
    "office.js",
    "outlook-win32-16.02.js",
    "outlook-web-16.01.js",
    "outlook-mac-16.00.js",
    "o15apptofilemappingtable.js",
    "*/office_strings.js",
    "*/outlook_strings.js",
  ].map((from) => ({
    from,
    context: path("node_modules/@microsoft/office-js/dist"),
    to: "office",
    info: { minimized: true },
  }));
}

/** Caches every file that classic Outlook needs. For languages that are not cached, Office.js falls back to English. */
function serviceWorker() {
  return new InjectManifest({
    swSrc: path("addin/src/service-worker.ts"),
    swDest: "service-worker.js",
    include: [/^taskpane\.html$/, /^assets\//, /^office\//],
    exclude: [/^office\/(?!(?:office|outlook-win32-16\.02|(?:en-us|fr-fr)\/\w+)\.js$)/],
    // With the hash, the service worker detects whether a file that it downloads later has the same version.
    manifestTransforms: [
      (entries, compilation) => ({
        manifest: entries.map((entry) => ({
          ...entry,
          integrity: integrityOf(/** @type {webpack.Compilation} */ (compilation), entry.url),
        })),
      }),
    ],
  });
}

/**
 * The integrity value of a file: https://www.w3.org/TR/SRI/
 * @param {webpack.Compilation} compilation
 * @param {string} name
 */
function integrityOf(compilation, name) {
  const content = compilation.getAsset(name)?.source.buffer();
  if (content === undefined) throw new Error(`${name} does not exist, but the service worker is to cache it`);
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}
