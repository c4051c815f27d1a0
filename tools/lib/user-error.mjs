// @ts-check
import process from "node:process";

/** An error that is shown to the user: what failed, the output of the failing tool, and what to do. */
export class UserError extends Error {
  /**
   * @param {string} message What failed, in one sentence.
   * @param {{ remedy?: string | undefined, output?: string | undefined, cause?: unknown }} [more]
   *   `remedy`: what the user can do. `output`: of the failing tool; its beginning and end are shown.
   */
  constructor(message, more = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "UserError";
    this.remedy = more.remedy;
    this.output = more.output;
  }
}

/** The cause is often in the first lines (npm, make -j), sometimes in the last. */
const HEAD_LINES = 30;
const TAIL_LINES = 30;

/** --verbose: show stack traces, also in child processes. */
export function showStacks() {
  process.env["DEBUG"] ??= "outlook-offline-state";
}

/**
 * The text of an error for a terminal. A stack trace is included only with --verbose or DEBUG.
 * @param {unknown} error
 */
export function explain(error) {
  const { message, output, remedy } = parts(error);
  return [
    ...(output === undefined || output.trim() === "" ? [] : [shortened(output), ""]),
    `error: ${message}`,
    ...(remedy === undefined ? [] : [remedy]),
    ...((process.env["DEBUG"] ?? "") !== "" && error instanceof Error ? [error.stack ?? ""] : []),
  ].join("\n");
}

/**
 * @param {unknown} error
 * @returns {{ message: string, output?: string | undefined, remedy?: string | undefined }}
 */
function parts(error) {
  if (error instanceof UserError) return error;
  if (!(error instanceof Error)) return { message: String(error) };
  if ("code" in error && "syscall" in error) {
    const { code, syscall } = error;
    const path = "path" in error && typeof error.path === "string" ? error.path : undefined;
    return {
      // Like "EACCES: permission denied, open '/a/file'".
      message: `${error.message}.`,
      remedy: systemRemedy(String(code), { path, syscall: String(syscall) }) ?? VERBOSE,
    };
  }
  return { message: error.message === "" ? error.name : error.message, remedy: VERBOSE };
}

const VERBOSE = "Unexpected error. For a stack trace, run the command again with --verbose.";

/**
 * What the user can do about an error of the operating system.
 * @param {string} code Like "ENOSPC".
 * @param {{ path?: string | undefined, syscall?: string }} [where]
 * @returns {string | undefined} Undefined for a code without a usual fix.
 */
export function systemRemedy(code, { path = "it", syscall = "" } = {}) {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `Give this user access to ${path}, or clone to a folder of your own.`;
    case "EROFS":
      return "The file system is read-only: clone to a writable folder.";
    case "ENOSPC":
    case "EDQUOT":
      return "The disk is full, or your quota is used up. Free some space and run the command again.";
    case "EMFILE":
    case "ENFILE":
      return "The limit of open files is too low. Raise it, for example with `ulimit -n 4096`, and run the command again.";
    case "ENOMEM":
    case "EAGAIN":
      return "There is not enough memory, or the limit of processes is reached. Close some programs and run the command again.";
    case "ENOENT":
      return syscall.startsWith("spawn")
        ? `Install ${path}, or put it on the PATH.`
        : `${path} is missing. Restore it (\`git status\` shows what is missing).`;
    case "EISDIR":
    case "ENOTDIR":
    case "EEXIST":
    case "ELOOP":
      return `Another file or folder is in the way: rename or delete ${path}.`;
    case "EBUSY":
    case "ETXTBSY":
      return `Another program uses ${path}. Close it and run the command again.`;
    case "ENAMETOOLONG":
      return "The path is too long: clone to a folder with a shorter path.";
    case "EIO":
      return "The disk reports an error. Check the disk.";
    default:
      return undefined;
  }
}

/** How tools report operating system errors in their output. */
const IN_OUTPUT = /** @type {const} */ ([
  ["ENOSPC", /\bENOSPC\b|No space left on device/i],
  ["EDQUOT", /\bEDQUOT\b|Disk quota exceeded/i],
  ["EROFS", /\bEROFS\b|Read-only file system/i],
  ["EMFILE", /\bE[MN]FILE\b|Too many open files/i],
  ["ENOMEM", /\bENOMEM\b|Cannot allocate memory|heap out of memory|Killed signal|virtual memory exhausted/i],
  ["EACCES", /\bEACCES\b|\bEPERM\b|Permission denied|Operation not permitted/i],
  ["ENAMETOOLONG", /\bENAMETOOLONG\b|File name too long/i],
]);

/**
 * What the user can do about an operating system error in the output of a tool.
 * @param {string} output
 * @param {string} path Where the tool writes.
 * @returns {string | undefined} Undefined if it reports none.
 */
export function systemRemedyIn(output, path) {
  const code = IN_OUTPUT.find(([, pattern]) => pattern.test(output))?.[0];
  return code === undefined ? undefined : systemRemedy(code, { path });
}

/** @param {string} output */
function shortened(output) {
  const lines = output.trimEnd().split("\n");
  const left = lines.length - HEAD_LINES - TAIL_LINES;
  if (left <= 1) return lines.join("\n");
  return [...lines.slice(0, HEAD_LINES), `... ${left} lines omitted ...`, ...lines.slice(-TAIL_LINES)].join("\n");
}
