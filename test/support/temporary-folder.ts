import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new folder. The caller removes it with `removeFolder`. */
export function createFolder(): string {
  return mkdtempSync(join(tmpdir(), "offline-state-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A new folder that is removed when the running test ends. */
export function temporaryFolder(): string {
  const folder = createFolder();
  onTestFinished(() => {
    removeFolder(folder);
  });
  return folder;
}
