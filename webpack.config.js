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
import { WholePagePlugin } from "./tools/webpack/whole-page-plugin.mjs";

/** @param {string} relative */
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(path("package.json"), "utf8"));

/**
 * The pane: dist/pane/taskpane.html and its assets, whose names carry their content's hash.
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
      // Relative to the page: a script within it has no address of its own.
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
          // Types are checked by `npm run lint`: a person who starts the product need not wait for that.
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
      new WholePagePlugin({
        first: [path("addin/src/old-webview.js"), path("addin/src/early-feed.js")],
        // While the pane is being worked on, its script is a file with a map.
        whole: production,
      }),
      new MiniCssExtractPlugin({ filename: "assets/[name].[contenthash:12].css" }),
      new CopyPlugin({ patterns: [...officeFiles(), { from: "icons/*.png" }] }),
      ...(production ? [serviceWorker()] : []),
      // The bridge checks it when it starts (bridge/src/server/pane-files.ts).
      new FileListPlugin("pane-files.json"),
    ],
    optimization: { minimizer: ["...", new CssMinimizerPlugin()] },
    performance: { hints: false },
    stats: "errors-warnings",
  };
}

/**
 * What Office.js loads, beside it as it expects: the hosts that may open the pane, and their strings in every language.
 * Nothing of it is in the repository.
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

/** Keeps every file that classic Outlook needs; Office.js has its strings in English for the languages left out. */
function serviceWorker() {
  return new InjectManifest({
    swSrc: path("addin/src/worker/service-worker.ts"),
    swDest: "service-worker.js",
    include: [/^taskpane\.html$/, /^assets\//, /^office\//],
    exclude: [/^office\/(?!(?:office|outlook-win32-16\.02|(?:en-us|fr-fr)\/\w+)\.js$)/],
    // By its hash the service worker knows whether a file that it fetches later is still of the same version.
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
 * The hash of a file as a browser checks it: https://www.w3.org/TR/SRI/
 * @param {webpack.Compilation} compilation
 * @param {string} name
 */
function integrityOf(compilation, name) {
  const content = compilation.getAsset(name)?.source.buffer();
  if (content === undefined) throw new Error(`the service worker is to keep ${name}, which is not there`);
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}
