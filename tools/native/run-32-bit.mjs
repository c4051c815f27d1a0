// @ts-check
// Runs 32-bit programs with QEMU user emulation if the kernel does not support them.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { root } from "./sources.mjs";

/**
 * A complete 32-bit ELF program that exits with 0 (xor ebx, ebx; xor eax, eax; inc eax; int 0x80), to test the kernel before a
 * compiler is installed.
 */
const PROGRAM = Buffer.from(
  "7f454c46010101000000000000000000020003000100000054800408340000000000000000000000340020000100000000000000" +
    "0100000000000000008004080080040860000000600000000500000000100000" +
    "31db31c040cd80",
  "hex",
);

/** @type {boolean | undefined} */
let isSupported;

/** Whether the kernel runs 32-bit programs. Set EMULATE_I386=1 to test the emulation. */
export function runs32Bit() {
  isSupported ??= process.env["EMULATE_I386"] !== "1" && tryToRun();
  return isSupported;
}

/** The command prefix for a 32-bit program. */
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
    // The folder is not writable; clone.mjs reports that.
    return false;
  }
}
