// @ts-check
// Reads which DLLs a Windows binary needs, to hold it to those that every Windows has.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "../native/sources.mjs";

/** Part of every Windows since 10; msvcrt.dll is the C library that Windows itself uses. NODE.EXE loads the module. */
const SYSTEM = [
  "advapi32.dll",
  "crypt32.dll",
  "iphlpapi.dll",
  "kernel32.dll",
  "msvcrt.dll",
  "node.exe",
  "ole32.dll",
  "oleaut32.dll",
  "user32.dll",
  "version.dll",
  "ws2_32.dll",
];

/**
 * @param {string} triplet whose objdump reads it
 * @param {string} file relative to the root
 * @returns {string[]} names as the binary spells them
 */
export function importsOf(triplet, file) {
  const dump = execFileSync(`${triplet}-objdump`, ["--private-headers", join(root, file)], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...dump.matchAll(/^\s*DLL Name: (.+?)\s*$/gm)].map(([, name]) => name ?? "");
}

/**
 * Those that a Windows may lack.
 * @param {string} triplet
 * @param {string} file
 */
export function foreignImports(triplet, file) {
  return importsOf(triplet, file).filter((name) => !SYSTEM.includes(name.toLowerCase()));
}
