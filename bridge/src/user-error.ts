/** An error that the user can fix. `message` names what failed and the file or input; `remedy` is what to do. */
export class UserError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "UserError";
    this.remedy = remedy;
  }
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node error ("ENOENT"), or undefined. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

const SYSTEM_ERRORS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  EACCES: ["access denied", "Allow this user to read and write it."],
  EPERM: ["operation not permitted", "Allow this user to read and write it."],
  EROFS: ["the file system is read-only", "Choose another folder: set OUTLOOK_OFFLINE_STATE_HOME."],
  ENOSPC: ["the disk is full", "Free some space, then run the command again."],
  EDQUOT: ["the disk quota of this user is exceeded", "Free some space, then run the command again."],
  EFBIG: ["the file is too large", "Raise the limit for file sizes: ulimit -f."],
  EIO: ["the disk reports an error", "Check the disk, or choose another folder: set OUTLOOK_OFFLINE_STATE_HOME."],
  EISDIR: ["it is a folder, not a file", "Move or remove that folder."],
  ENOTDIR: ["a part of the path is a file, not a folder", "Move or remove that file."],
  ENOTEMPTY: ["a folder with files has this name", "Move or remove that folder."],
  EEXIST: ["it already exists", "Move or remove it."],
  ENOENT: ["it does not exist", "Check the path."],
  ELOOP: ["a link points to itself", "Remove the link."],
  ENAMETOOLONG: ["the path is too long", "Choose a shorter one: set OUTLOOK_OFFLINE_STATE_HOME."],
  EBUSY: ["another program uses it", "Close that program, then run the command again."],
  EMFILE: ["this process has too many open files", "Raise the limit: ulimit -n 1024."],
  ENFILE: ["the system has too many open files", "Close other programs, then run the command again."],
  ENOMEM: ["not enough memory", "Close other programs, then run the command again."],
  EAGAIN: ["the system cannot start another process", "Close other programs, then run the command again."],
};

/**
 * Converts a system error (of fs, net or child_process) to a UserError that names the file and the remedy. Returns a UserError
 * unchanged, and undefined for any other error, which is a bug.
 * @param file the file that the error is about, if the error itself does not name one
 */
export function asUserError(error: unknown, file?: string): UserError | undefined {
  if (error instanceof UserError) return error;
  const code = codeOf(error);
  if (code === undefined) return undefined;
  const known = SYSTEM_ERRORS[code];
  const subject = file ?? subjectOf(error);
  if (known !== undefined) return new UserError(`${subject}: ${known[0]} (${code})`, known[1], { cause: error });
  if (!("syscall" in Object(error))) return undefined;
  return new UserError(`${subject}: ${messageOf(error)}`, "Run the command again.", { cause: error });
}

/** The file, address or system call that a system error is about. */
function subjectOf(error: unknown): string {
  const { path, dest, address, port, syscall } = Object(error) as Readonly<Record<string, unknown>>;
  // Either file may be the cause of a failed rename or link.
  if (typeof path === "string" && typeof dest === "string") return `${path} -> ${dest}`;
  if (typeof path === "string") return path;
  if (typeof address === "string") return `${address}${typeof port === "number" ? ` port ${port}` : ""}`;
  return typeof syscall === "string" ? `the system (${syscall})` : "the system";
}
