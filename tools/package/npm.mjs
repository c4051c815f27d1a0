// @ts-check
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/**
 * npm with `args`, as a program and its arguments: the npm that runs us, else the one on PATH.
 * @param {readonly string[]} args
 * @returns {[string, string[]]}
 */
export function npmCommand(args) {
  const ours = process.env["npm_execpath"];
  if (ours !== undefined && /npm-cli\.c?js$/.test(ours)) return [process.execPath, [ours, ...args]];
  const beside = path.join(path.dirname(process.execPath), "node_modules/npm/bin/npm-cli.js");
  return existsSync(beside) ? [process.execPath, [beside, ...args]] : ["npm", [...args]];
}
