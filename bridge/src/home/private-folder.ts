/** Folders for this user alone. */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";

const PRIVATE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

/** Makes `folder` and those above it where they are missing. Node's own recursive mkdir never returns in /proc. */
export function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeFolder(parent);
  if (!existsSync(folder)) mkdirSync(folder, { mode: PRIVATE });
}

/**
 * Takes everybody else's rights to `folder` away, also when it was there before. One that holds other things than those
 * named in `ours` (the system's folder for temporary files, say, or the person's documents) is left as it is: it will do
 * unless others may write there. Without `ours` whatever lies there is ours. Throws what is wrong. Windows has no such
 * modes: the profile's ACL guards the folder there.
 */
export function makePrivate(folder: string, ours?: readonly string[]): void {
  const status = statSync(folder);
  if (!status.isDirectory()) throw new Error("it is not a folder");
  if (process.geteuid === undefined) return;
  if (status.uid !== process.geteuid()) throw new Error("it belongs to another user");
  const own = ours?.map((path) => basename(path));
  if (own === undefined || readdirSync(folder).every((name) => own.includes(name))) chmodSync(folder, PRIVATE);
  else if ((status.mode & WRITABLE_BY_OTHERS) !== 0) throw new Error("other users may write there");
}
