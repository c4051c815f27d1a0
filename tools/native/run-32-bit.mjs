// @ts-check
// 32-bit programs on a 64-bit kernel: some kernels are built without them. Then QEMU's user emulation runs them, which is slower.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { root } from "./sources.mjs";

/**
 * A whole 32-bit ELF program that ends with exit code 0 (xor ebx, ebx; xor eax, eax; inc eax; int 0x80): whether the kernel runs it can be
 * found out before any compiler is installed.
 */
const PROGRAM = Buffer.from(
  "7f454c46010101000000000000000000020003000100000054800408340000000000000000000000340020000100000000000000" +
    "0100000000000000008004080080040860000000600000000500000000100000" +
    "31db31c040cd80",
  "hex",
);

/** @type {boolean | undefined} */
let answer;

/** Whether this kernel runs 32-bit programs. EMULATE_I386=1 in the environment makes it false, to test the other way. */
export function runs32Bit() {
  answer ??= process.env["EMULATE_I386"] !== "1" && tryToRun();
  return answer;
}

/** The words to put before a 32-bit program. */
export function runner32Bit() {
  return runs32Bit() ? [] : ["qemu-i386"];
}

function tryToRun() {
  const folder = join(root, ".cache");
  const file = join(folder, `run-32-bit.${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, PROGRAM, { mode: 0o700 });
    const { status } = spawnSync(file, { stdio: "ignore" });
    rmSync(file);
    return status === 0;
  } catch {
    // Nothing can be written here, so nothing will be built or run: clone.mjs reports that, with the fix.
    return false;
  }
}
