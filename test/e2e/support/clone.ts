// Clones of this project in other folders.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { ownFiles } from "../../../tools/lib/files.mjs";
import { fromRoot } from "../../../tools/lib/paths.mjs";

/** Clones into a new folder, as it is now: with what is not committed yet. */
export function cloneInto(folder: string): void {
  execFileSync("git", ["clone", "--quiet", fromRoot(), folder], { stdio: "pipe" });
  const files = new Set(ownFiles());
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: folder, encoding: "utf8" }).split("\0");
  for (const file of tracked) if (file !== "" && !files.has(file)) rmSync(path.join(folder, file));
  for (const file of files) cpSync(fromRoot(file), path.join(folder, file));
}

/** Gives a clone the packages of this one, as hard links where the file systems allow it: no network is needed, and it is fast. */
export function linkPackages(clone: string): void {
  linkTree(fromRoot("node_modules"), path.join(clone, "node_modules"));
}

function linkTree(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    // Caches of tools, which are rewritten in place.
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

/** In a mount namespace of its own: bind-mounts a folder onto itself with other options, goes there, and runs a command. */
const REMOUNT = 'mount --bind "$1" "$1" && mount -o "remount,bind,$2" "$1" && cd "$1" && shift 2 && exec "$@"';

/**
 * Words to put before a command so that it runs in `folder` with these mount options ("ro", "noexec"); undefined if this machine
 * lets us have no mount namespace.
 */
export function withMountOptions(folder: string, options: string): readonly string[] | undefined {
  if (!existsSync("/usr/bin/unshare")) return undefined;
  // The second one needs no root, where unprivileged user namespaces are allowed.
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
