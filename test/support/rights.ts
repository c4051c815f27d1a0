import { statSync } from "node:fs";
import { expect } from "vitest";

/** Holds the rights of a file or folder to `mode`. Windows has no such bits: there the user's profile is the user's alone. */
export function expectRights(path: string, mode: number): void {
  if (process.platform !== "win32") expect(statSync(path).mode & 0o7777).toBe(mode);
}
