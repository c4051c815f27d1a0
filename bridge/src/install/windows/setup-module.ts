/** The part of the native module that installing uses; it is there on Windows only. See bridge/native/module/setup.h. */
import { Failure } from "../../failure.js";
import { loadNativeModule } from "../../source/native-binding.js";

export interface RunningOutlook {
  readonly id: number;
  /** Path of its program; "" when Windows does not say. */
  readonly image: string;
  /** 32 or 64; 0 when Windows does not say. */
  readonly bits: number;
  /** Null when Windows does not say, which it does not of a program with more rights than ours. */
  readonly elevated: boolean | null;
}

export interface Setup {
  addTrustedRoot(der: Buffer): void;
  removeTrustedRoot(sha1: Buffer): boolean;
  isTrustedRoot(sha1: Buffer): boolean;
  /** In this session. */
  runningOutlooks(): readonly RunningOutlook[];
  /** Path of the program that a process runs; "" when there is none or Windows does not say. */
  processImage(id: number): string;
  /** "" when the file has none. */
  fileVersion(path: string): string;
}

const FUNCTIONS = [
  "addTrustedRoot",
  "removeTrustedRoot",
  "isTrustedRoot",
  "runningOutlooks",
  "processImage",
  "fileVersion",
];

/** Throws a Failure that says why, when there is none. */
export function setupOf(): Setup {
  const module = process.platform === "win32" ? loadNativeModule() : undefined;
  if (!isSetup(module)) {
    throw new Failure(
      "this system has nothing to install into: classic Outlook runs on Windows only",
      "Run the command on Windows. To try the product elsewhere, use `outlook-offline-state start --simulate`.",
    );
  }
  return module;
}

function isSetup(module: unknown): module is Setup {
  if (typeof module !== "object" || module === null) return false;
  const found: Readonly<Record<string, unknown>> = { ...module };
  return FUNCTIONS.every((name) => typeof found[name] === "function");
}
