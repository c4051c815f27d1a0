// Creates clones of this project.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { ownFiles } from "../../../tools/lib/files.mjs";
import { fromRoot } from "../../../tools/lib/paths.mjs";

/** Clones the working tree, including uncommitted files, into a new folder. */
export function cloneInto(folder: string): void {
  execFileSync("git", ["clone", "--quiet", fromRoot(), folder], { stdio: "pipe" });
  const files = new Set(ownFiles());
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: folder, encoding: "utf8" }).split("\0");
  for (const file of tracked) if (file !== "" && !files.has(file)) rmSync(path.join(folder, file));
  for (const file of files) cpSync(fromRoot(file), path.join(folder, file));
}

/** Links node_modules into a clone: hard links where possible, so that it is fast and needs no network. */
export function linkPackages(clone: string): void {
  linkTree(fromRoot("node_modules"), path.join(clone, "node_modules"));
}

function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    // Not the caches of tools, which change in place.
    if (entry.isDirectory() && /^\.(vite|cache)/.test(entry.name)) continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    cpSync(source, target);
  }
}

/** Remounts a folder with other options in a mount namespace, and runs a command there. */
const REMOUNT = 'mount --bind "$1" "$1" && mount -o "remount,bind,$2" "$1" && cd "$1" && shift 2 && exec "$@"';

/**
 * Returns a command prefix that runs a command in `folder` with mount options ("ro", "noexec"), or undefined if this machine does not
 * allow mount namespaces.
 */
export function withMountOptions(folder: string, options: string): readonly string[] | undefined {
  if (!existsSync("/usr/bin/unshare")) return undefined;
  // The second form needs no root if unprivileged user namespaces are allowed.
  for (const unshare of [
    ["unshare", "--mount"],
    ["unshare", "--mount", "--map-root-user"],
  ]) {
    const words = [...unshare, "sh", "-c", REMOUNT, "sh", folder, options];
    const [program = "", ...args] = words;
    if (spawnSync(program, [...args, "true"], { stdio: "ignore" }).status === 0) return words;
  }
  return undefined;
}
