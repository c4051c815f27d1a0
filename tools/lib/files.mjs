// @ts-check
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { UserError } from "./user-error.mjs";
import { fromRoot } from "./paths.mjs";

/**
 * The files of the repository: tracked, or new and not ignored. Paths from the root, with forward slashes.
 * @param {readonly string[]} [patterns] git pathspecs, like "*.ts"
 */
export function ownFiles(patterns = []) {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...patterns];
  const { status, stdout, stderr } = spawnSync("git", args, { cwd: fromRoot(), encoding: "utf8", maxBuffer: 64 << 20 });
  if (status !== 0) {
    throw new UserError("git could not list the files of this clone.", {
      output: stderr,
      remedy: stderr.includes("safe.directory")
        ? "This clone belongs to another user. Use a clone of your own, or run the command that git suggests."
        : "Run this in a git clone, with git installed.",
    });
  }
  return stdout.split("\0").filter((file) => file !== "" && existsSync(fromRoot(file)));
}
