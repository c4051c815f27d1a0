/** One thing that installing does. Install, uninstall and doctor share this one description of it. */
import type { Home } from "../home/home.js";
import type { Log } from "../log/log.js";
import type { Journal } from "./journal.js";
import type { InstallRecord } from "./record.js";
import type { Registry } from "./registry/registry.js";
import type { TrustedRoots } from "./windows/trusted-roots.js";

/** What was looked at, and what was seen. */
export interface Finding {
  readonly result: "pass" | "fail" | "unknown";
  /** What was seen, so that somebody far away can judge. */
  readonly evidence: string;
  /** What to do, when it did not pass. */
  readonly remedy?: string;
}

export interface InstallContext {
  readonly home: Home;
  /** Version and folder of the product that does the installing: the package from which things are copied. */
  readonly version: string;
  readonly packageFolder: string;
  readonly registry: Registry;
  readonly roots: TrustedRoots;
  readonly record: InstallRecord;
  readonly log: Log;
  readonly options: InstallOptions;
  /** Tells the person something, one line. */
  readonly say: (line: string) => void;
}

export interface InstallOptions {
  /** The port of choice; another of the range is taken when it is not free. */
  readonly port?: number;
  /** Windows is asked to trust the certificate; no: an administrator sees to that. */
  readonly trust: boolean;
  /** The manifest is put where Outlook reads it; no: it comes by centralized deployment. */
  readonly sideload: boolean;
  /** The files were put in place, and are removed, by Windows Installer. */
  readonly msi: boolean;
}

export interface Step {
  readonly name: string;
  /** For the person: "register the agent with Outlook". */
  readonly what: string;
  /** Whether it is as this version wants it. Changes nothing, never rejects. */
  check(context: InstallContext): Promise<Finding>;
  /**
   * Makes it so. Every change goes into the journal before it is made. Returns what was done, for the person. Rejects with
   * a Failure; what was done by then is in the journal.
   */
  do(context: InstallContext, journal: Journal): Promise<string>;
  /** Takes away what any version of it has made, by name. Returns what was taken away; what is not there is no error. */
  undo(context: InstallContext): Promise<readonly string[]>;
}

export const pass = (evidence: string): Finding => ({ result: "pass", evidence });
export const fail = (evidence: string, remedy: string): Finding => ({ result: "fail", evidence, remedy });
export const unsure = (evidence: string, remedy?: string): Finding => ({
  result: "unknown",
  evidence,
  ...(remedy === undefined ? {} : { remedy }),
});

/** The remedy of most things. */
export const INSTALL_AGAIN = "Run `outlook-offline-state install` again.";
