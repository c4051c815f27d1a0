import { fileURLToPath } from "node:url";
import CopyPlugin from "copy-webpack-plugin";
import CssMinimizerPlugin from "css-minimizer-webpack-plugin";
import HtmlPlugin from "html-webpack-plugin";
import MiniCssExtractPlugin from "mini-css-extract-plugin";
import { OldWebviewPlugin } from "./tools/webpack/old-webview-plugin.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** The pane: dist/pane/taskpane.html and its assets, whose names carry their content's hash. */
export default (_env, { mode = "production" }) => ({
  name: "pane",
  mode,
  context: path("addin"),
  entry: { pane: "./src/main.ts" },
  output: {
    path: path("dist/pane"),
    filename: "assets/[name].[contenthash:12].js",
    assetModuleFilename: "assets/[name].[contenthash:12][ext]",
    clean: true,
  },
  devtool: mode === "production" ? false : "source-map",
  resolve: { extensions: [".ts", ".js"], extensionAlias: { ".js": [".ts", ".js"] } },
  module: {
    rules: [
      {
        test: /\.ts$/,
        loader: "ts-loader",
        options: { configFile: path("addin/tsconfig.json"), projectReferences: true },
      },
      {
        test: /\.css$/,
        use: [MiniCssExtractPlugin.loader, "css-loader", path("tools/webpack/fluent-tokens-loader.mjs")],
      },
      { test: /\.svg$/, type: "asset/resource" },
    ],
  },
  plugins: [
    new HtmlPlugin({ template: "./src/taskpane.html", filename: "taskpane.html", scriptLoading: "module" }),
    new OldWebviewPlugin(path("addin/src/old-webview.js")),
    new MiniCssExtractPlugin({ filename: "assets/[name].[contenthash:12].css" }),
    new CopyPlugin({ patterns: officeFiles() }),
  ],
  optimization: { minimizer: ["...", new CssMinimizerPlugin()] },
  performance: { hints: false },
  stats: "errors-warnings",
});

/**
 * What Office.js loads, beside it as it expects: the hosts that may open the pane, and their strings in every language.
 * The folder carries the library's version, so that a cache never mixes two.
 */
function officeFiles() {
  const from = path("node_modules/@microsoft/office-js/dist");
  return [
    "office.js",
    "outlook-win32-16.02.js",
    "outlook-web-16.01.js",
    "outlook-mac-16.00.js",
    "o15apptofilemappingtable.js",
    "*/office_strings.js",
    "*/outlook_strings.js",
  ].map((glob) => ({ from: glob, context: from, to: "office", info: { minimized: true } }));
}
