// @ts-check
import process from "node:process";

/** What a person is told when a task cannot go on: what failed, the evidence, and what they can do. */
export class Failure extends Error {
  /**
   * @param {string} message What failed, in one sentence.
   * @param {{ remedy?: string | undefined, output?: string | undefined, cause?: unknown }} [more]
   *   `remedy`: what the person can do. `output`: what the failing tool wrote; its beginning and its end are shown.
   */
  constructor(message, more = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "Failure";
    this.remedy = more.remedy;
    this.output = more.output;
  }
}

/** The reason is often in the first lines (npm, make -j), and sometimes in the last ones. */
const HEAD_LINES = 30;
const TAIL_LINES = 30;

/** --verbose: stack traces are shown, by this process and by what it starts. */
export function showStacks() {
  process.env["DEBUG"] ??= "outlook-offline-state";
}

/**
 * The text of any error for a terminal. A stack trace is for developers: it is shown only with --verbose or DEBUG.
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
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return { message: String(error) };
  if ("code" in error && "syscall" in error) {
    const { code, syscall } = error;
    const path = "path" in error && typeof error.path === "string" ? error.path : undefined;
    return {
      // Node's message has it all: "EACCES: permission denied, open '/a/file'".
      message: `${error.message}.`,
      remedy: systemRemedy(String(code), { path, syscall: String(syscall) }) ?? VERBOSE,
    };
  }
  return { message: error.message === "" ? error.name : error.message, remedy: VERBOSE };
}

const VERBOSE = "This error was not expected. Run the command again with --verbose to see where it comes from.";

/**
 * What a person can do about an error of the operating system.
 * @param {string} code Like "ENOSPC".
 * @param {{ path?: string | undefined, syscall?: string }} [where]
 * @returns {string | undefined} Undefined for a code without a usual fix.
 */
export function systemRemedy(code, { path = "it", syscall = "" } = {}) {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `Give this user access to ${path}, or use a clone in a folder of your own.`;
    case "EROFS":
      return "The file system is read-only: use a clone in a folder that can be written to.";
    case "ENOSPC":
    case "EDQUOT":
      return "The disk is full, or your quota is used up: free some space, then run the command again.";
    case "EMFILE":
    case "ENFILE":
      return "The limit of open files is too low: raise it, for example with `ulimit -n 4096`, then run the command again.";
    case "ENOMEM":
    case "EAGAIN":
      return "There is not enough memory, or the limit of processes is reached: close some programs, then run the command again.";
    case "ENOENT":
      return syscall.startsWith("spawn")
        ? `Install ${path}, or put it on the PATH.`
        : `${path} is missing: restore it (\`git status\` shows what is missing in a clone).`;
    case "EISDIR":
    case "ENOTDIR":
    case "EEXIST":
    case "ELOOP":
      return `Something else is in the place of ${path}: rename or delete it.`;
    case "EBUSY":
    case "ETXTBSY":
      return `Another program uses ${path}: end that program, then run the command again.`;
    case "ENAMETOOLONG":
      return "The path is too long: use a clone in a folder with a shorter path.";
    case "EIO":
      return "The disk reports an error: check it.";
    default:
      return undefined;
  }
}

/** How tools report an error of the operating system in their output. */
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
 * What a person can do about the error of the operating system that a tool reports in its output.
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
  return [...lines.slice(0, HEAD_LINES), `... ${left} lines left out ...`, ...lines.slice(-TAIL_LINES)].join("\n");
}
