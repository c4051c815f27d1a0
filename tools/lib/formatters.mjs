// @ts-check
import process from "node:process";
import { ownFiles } from "./files.mjs";
import { fromRoot } from "./paths.mjs";

/** @typedef {[string, string[]]} Command */

/**
 * The formatters, each with the command that checks and the one that fixes.
 * @returns {{ name: string, check: Command, fix: Command }[]}
 */
export function formatters() {
  const prettier = [fromRoot("node_modules/prettier/bin/prettier.cjs"), "--log-level", "warn"];
  const cpp = ownFiles(["*.cc", "*.h"]);
  /** @type {(option: string) => Command} */
  const withPrettier = (option) => [process.execPath, [...prettier, option, "."]];
  /** @type {(options: string[]) => Command} */
  const withClang = (options) => ["clang-format", [...options, ...cpp]];
  return [
    { name: "Prettier", check: withPrettier("--check"), fix: withPrettier("--write") },
    { name: "clang-format", check: withClang(["--dry-run", "--Werror"]), fix: withClang(["-i"]) },
  ];
}
