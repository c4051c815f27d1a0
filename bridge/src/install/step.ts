/** One part of an installation, as `install`, `uninstall` and `doctor` use it. */
import type { InstallContext } from "./context.js";
import type { Journal } from "./journal.js";

/** The result of a check. */
export interface Finding {
  readonly result: "pass" | "fail" | "unknown";
  /** What was found, detailed enough for somebody who cannot see this machine. */
  readonly evidence: string;
  /** What the user can do if it did not pass. */
  readonly remedy?: string;
}

export interface Step {
  /** Identifies the step in the output of --json. */
  readonly name: string;
  /** For the user: "Certificate". */
  readonly title: string;
  /** Whether the step is done as this version requires. Changes nothing, never rejects. */
  check(context: InstallContext): Promise<Finding>;
  /**
   * Adds each change to the journal before making it. Returns what was done, for the user. Rejects with a UserError; the changes made
   * until then are in the journal.
   */
  apply(context: InstallContext, journal: Journal): Promise<string>;
  /** Removes what any version of this step has created. Returns what was removed; nothing to remove is not an error. */
  revert(context: InstallContext): Promise<readonly string[]>;
}

export const pass = (evidence: string): Finding => ({ result: "pass", evidence });
export const fail = (evidence: string, remedy: string): Finding => ({ result: "fail", evidence, remedy });
export const unknown = (evidence: string, remedy?: string): Finding => ({
  result: "unknown",
  evidence,
  ...(remedy === undefined ? {} : { remedy }),
});

export const INSTALL_AGAIN = "Run `outlook-offline-state install` again.";
