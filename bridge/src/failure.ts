/** A failure that a person can do something about: what happened, naming the input, and the step that fixes it. */
export class Failure extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string, options?: { readonly cause?: unknown }) {
    super(what, options);
    this.name = "Failure";
    this.remedy = remedy;
  }
}

/** One line about anything that was thrown. */
export function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of an error of Node's ("ENOENT"), or undefined. */
export function codeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}

/** What the codes of system errors mean for a person, and what fixes them. */
const SYSTEM_ERRORS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  EACCES: ["access is denied", "Allow this user to read and write it."],
  EPERM: ["the system does not permit it", "Allow this user to read and write it."],
  EROFS: ["its file system is read-only", "Choose another folder: set OUTLOOK_OFFLINE_STATE_HOME."],
  ENOSPC: ["its disk is full", "Free some space, then run the command again."],
  EDQUOT: ["this user's disk quota is used up", "Free some space, then run the command again."],
  EFBIG: ["it may not grow any further", "Raise the limit for file sizes: ulimit -f."],
  EIO: ["its disk reports an error", "Check the disk, or choose another folder: set OUTLOOK_OFFLINE_STATE_HOME."],
  EISDIR: ["it is a folder, not a file", "Move or remove that folder."],
  ENOTDIR: ["a part of its path is a file, not a folder", "Move or remove that file."],
  ENOTEMPTY: ["a folder that is not empty is in the way", "Move or remove that folder."],
  EEXIST: ["something else is in the way", "Move or remove it."],
  ENOENT: ["it does not exist", "Check the path."],
  ELOOP: ["its links lead in a circle", "Remove the link."],
  ENAMETOOLONG: ["its path is too long", "Choose a shorter one: set OUTLOOK_OFFLINE_STATE_HOME."],
  EBUSY: ["another program uses it", "Close that program, then run the command again."],
  EMFILE: ["this process may not open more files", "Raise the limit for open files: ulimit -n 1024."],
  ENFILE: ["the system cannot open more files", "Close other programs, then run the command again."],
  ENOMEM: ["there is not enough memory", "Close other programs, then run the command again."],
  EAGAIN: ["the system has no room for another process", "Close other programs, then run the command again."],
};

/**
 * A system error (from Node's fs, net or child_process) as a Failure that names the file and the fix; a Failure as it is;
 * undefined for anything else, which is a bug of ours. `file`: what it is about, where the error does not say.
 */
export function asFailure(thrown: unknown, file?: string): Failure | undefined {
  if (thrown instanceof Failure) return thrown;
  const code = codeOf(thrown);
  if (code === undefined) return undefined;
  const known = SYSTEM_ERRORS[code];
  const subject = file ?? subjectOf(thrown);
  if (known !== undefined) return new Failure(`${subject}: ${known[0]} (${code})`, known[1], { cause: thrown });
  if (!("syscall" in Object(thrown))) return undefined;
  return new Failure(`${subject}: ${describe(thrown)}`, "Run the command again.", { cause: thrown });
}

/** The file, address or system call that a system error is about. */
function subjectOf(thrown: unknown): string {
  const { path, dest, address, port, syscall } = Object(thrown) as Readonly<Record<string, unknown>>;
  // A rename or link fails because of either file: both are named.
  if (typeof path === "string" && typeof dest === "string") return `${path}, to be moved to ${dest}`;
  if (typeof path === "string") return path;
  if (typeof address === "string") return `${address}${typeof port === "number" ? ` port ${port}` : ""}`;
  return typeof syscall === "string" ? `the system (${syscall})` : "the system";
}
