// @ts-check
// Checks that this clone can be built and run, before anything is written: otherwise the first tool to fail would report an unclear
// error.
import { accessSync, chmodSync, constants, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import process from "node:process";
import { UserError } from "./user-error.mjs";
import { fromRoot } from "./paths.mjs";

/** The folders that a build writes to. After `sudo npm start` they may belong to root. */
const WRITTEN_FOLDERS = ["", ".cache", "node_modules", "build", "dist"];

/** webpack and Vite interpret these characters in a path; all others work. */
const RESERVED = /[#?!%]/;

/** Throws a UserError if this user cannot build in this folder, or if programs in it cannot be run. */
export function checkClone() {
  const reserved = RESERVED.exec(fromRoot())?.[0];
  if (reserved !== undefined) {
    throw new UserError(
      `The path of this clone contains "${reserved}", which webpack and Vite do not support: ${fromRoot()}`,
      {
        remedy: "Rename the folder, or clone to another one.",
      },
    );
  }
  for (const name of WRITTEN_FOLDERS) checkWritable(fromRoot(name));
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
      throw new UserError(`${folder} is on a read-only file system.`, {
        remedy: "Clone to a writable folder.",
        cause: error,
      });
    }
    if (code !== "EACCES" && code !== "EPERM") throw error;
    const { uid } = statSync(folder);
    if (uid !== process.getuid?.()) {
      throw new UserError(`${folder} belongs to another user (uid ${uid}), and is not writable.`, {
        remedy: `Clone to a folder of your own. If this clone is yours: sudo chown -R "$(id -u)" ${quoted(fromRoot())}`,
        cause: error,
      });
    }
    throw new UserError(`${folder} is not writable.`, {
      remedy: `Run: chmod u+rwx ${quoted(folder)}`,
      cause: error,
    });
  }
}

/**
 * Throws a UserError if a file of this clone cannot be executed.
 * @param {string} file With mode 755. A file system mounted with noexec refuses to execute it, even to root.
 */
export function checkExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
  } catch (error) {
    if (codeOf(error) !== "EACCES" && codeOf(error) !== "EPERM") throw error;
    const isMarked = (statSync(file).mode & 0o100) !== 0;
    throw new UserError(
      isMarked
        ? `The file system of ${fromRoot()} does not allow to run programs (mount option noexec).`
        : `${file} is not executable.`,
      {
        remedy: isMarked
          ? `Clone to another file system, for example to your home folder, or allow programs:\n  sudo mount -o remount,exec "$(df --output=target ${quoted(fromRoot())} | tail -n 1)"`
          : "Build again: npm run build. If the file system does not store permissions (FAT, some network drives), clone to another one.",
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
