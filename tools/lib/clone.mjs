// @ts-check
// Whether this clone's folder can be built in and run from. Asked before anything is written, so that the cause is named instead
// of the tool that happens to meet it first.
import { accessSync, chmodSync, constants, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { Failure } from "./failure.mjs";
import { fromRoot } from "./paths.mjs";

/** Everything that a build writes, below the root. Left by `sudo npm start`, one of them may belong to root. */
const WRITTEN = ["", ".cache", "node_modules", "build", "dist"];

/** webpack and Vite read these in a path as their own syntax, or as a URL's; all other characters work. */
const RESERVED = /[#?!%]/;

/** Throws a Failure if nothing can be built in this folder, or not by this user, or if programs that are built here cannot run. */
export function checkClone() {
  const reserved = RESERVED.exec(fromRoot())?.[0];
  if (reserved !== undefined) {
    throw new Failure(
      `The path of this clone contains "${reserved}", which webpack and Vite cannot read: ${fromRoot()}`,
      {
        remedy: "Rename the folder, or clone to another one.",
      },
    );
  }
  for (const name of WRITTEN) checkWritable(fromRoot(name));
  if (process.platform === "win32") return;
  mkdirSync(fromRoot(".cache"), { recursive: true });
  const probe = fromRoot(".cache", `runs-programs.${process.pid}`);
  try {
    writeFileSync(probe, "");
    chmodSync(probe, 0o755);
    checkExecutable(probe);
  } finally {
    rmSync(probe, { force: true });
  }
}

/** @param {string} folder */
function checkWritable(folder) {
  if (!existsSync(folder)) return;
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EROFS") {
      throw new Failure(`${folder} is on a read-only file system.`, {
        remedy: "Use a clone in a folder that can be written to.",
        cause: error,
      });
    }
    if (code !== "EACCES" && code !== "EPERM") throw error;
    const { uid } = statSync(folder);
    if (uid !== process.getuid?.()) {
      throw new Failure(`${folder} belongs to another user (uid ${uid}), and you may not write there.`, {
        remedy: `Use a clone of your own. Or, if this one is yours, take it back: sudo chown -R "$(id -u)" ${quoted(fromRoot())}`,
        cause: error,
      });
    }
    throw new Failure(`${folder} cannot be written to.`, {
      remedy: `Allow it: chmod u+rwx ${quoted(folder)}`,
      cause: error,
    });
  }
}

/**
 * Throws a Failure if a program of ours could not be run from where it is.
 * @param {string} file With mode 755. A file system that is mounted noexec refuses it all the same, even to root.
 */
export function checkExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
  } catch (error) {
    if (codeOf(error) !== "EACCES" && codeOf(error) !== "EPERM") throw error;
    const isMarked = (statSync(file).mode & 0o100) !== 0;
    throw new Failure(
      isMarked
        ? `The file system of ${fromRoot()} runs no programs (it is usually mounted with the option noexec).`
        : `${file} is not marked as executable.`,
      {
        remedy: isMarked
          ? `Clone to a folder on another file system, for example in your home folder, or allow programs:\n  sudo mount -o remount,exec "$(df --output=target ${quoted(fromRoot())} | tail -n 1)"`
          : "Build it again: npm run build. If the file system keeps no modes (FAT, some network drives), clone to another one.",
        cause: error,
      },
    );
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/**
 * For a POSIX shell.
 * @param {string} path
 */
function quoted(path) {
  return /^[\w/.,:=@%+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
