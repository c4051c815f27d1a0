/** Folders for this user alone. Never follows a link that somebody else has made, and changes no rights but of what is ours. */
import { chmodSync, lstatSync, mkdirSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../failure.js";

const PRIVATE = 0o700;
const OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;

/** What is in the way of a folder, in words for a person: "/x is a file". */
export class Obstacle extends Error {}

/** Makes `folder` and those above it where they are missing. Node's own recursive mkdir never returns in /proc. */
export function makeFolder(folder: string): void {
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  if (!isFolder(folder)) make(folder);
}

/** Returns false when something is there: another process, perhaps, has been faster. */
function make(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: PRIVATE });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") return false;
    throw thrown;
  }
}

/** False when nothing is there. Throws an Obstacle. The order matters: another process may make the folder at any moment. */
function isFolder(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  const target = statSync(path, { throwIfNoEntry: false });
  if (target?.isDirectory() === true) return true;
  if (target !== undefined) throw new Obstacle(`${path} is a file, not a folder`);
  if (entry?.isSymbolicLink() === true) throw new Obstacle(`${path} is a link to something that does not exist`);
  return false;
}

/**
 * Whether `folder`, which holds other things, too, will do: it is this user's, and others may not write there. A link to it will
 * do when this user or the system has made it. Throws an Obstacle. Windows has no such modes: the profile's ACL guards it there.
 */
export function checkShared(folder: string): void {
  if (process.geteuid === undefined) return;
  const link = lstatSync(folder);
  if (link.isSymbolicLink() && link.uid !== process.geteuid() && link.uid !== 0)
    throw new Obstacle(`${folder} is another user's link`);
  const status = checkOwner(folder, statSync(folder));
  if ((status.mode & WRITABLE_BY_OTHERS) !== 0)
    throw new Obstacle(`other users may write there (\`chmod go-w ${folder}\` ends that)`);
}

/** Makes `folder` this user's alone when it is missing. Returns false when there is one. Throws an Obstacle. */
export function makePrivate(folder: string): boolean {
  if (make(folder)) return true;
  const status = lstatSync(folder);
  if (status.isSymbolicLink()) throw new Obstacle(`${folder} is a link, which is not followed`);
  if (!status.isDirectory()) throw new Obstacle(`${folder} is a file, not a folder`);
  if (process.geteuid !== undefined) checkOwner(folder, status);
  return false;
}

/** Takes everybody else's rights away. For what is ours alone. */
export function closeToOthers(folder: string): void {
  if (!isPrivate(folder)) chmodSync(folder, PRIVATE);
}

export function isPrivate(folder: string): boolean {
  return process.geteuid === undefined || (statSync(folder).mode & OTHERS) === 0;
}

function checkOwner(folder: string, status: Stats): Stats {
  if (status.uid !== process.geteuid?.()) throw new Obstacle(`${folder}: it belongs to another user`);
  return status;
}
