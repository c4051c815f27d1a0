/** Whether there is an Outlook here that this product is for, and what the person should know before. */
import { Failure } from "../failure.js";
import type { FoundOutlook } from "../outlook/find-outlook.js";

export interface Suitability {
  readonly outlook: FoundOutlook;
  readonly webAddIns: "some" | "none" | "unknown";
  /** Address of the pane, for those who open it in a browser. */
  readonly pane: string;
}

/** This machine has no classic Outlook. The command ends with exit code 3, so that a deployment can tell it from a failure. */
export class NoOutlook extends Failure {}

/** What to tell the person beforehand. Throws NoOutlook when there is nothing to install into. */
export function suitability({ outlook, webAddIns, pane }: Suitability): string[] {
  if (outlook.classic === undefined) {
    throw new NoOutlook(
      "classic Outlook for Windows is not installed for this user; the new Outlook, the web and the Mac do not report their state",
      "Install classic Outlook (Microsoft 365 Apps, Office LTSC, Office 2016 or newer) and run the command again; or, to prepare a machine, use --without-outlook.",
    );
  }
  const notes: string[] = [];
  if (outlook.prefersNew)
    notes.push(
      'note: this user has switched to the new Outlook, which does not report its state. In it, switch "New Outlook" off.',
    );
  if (webAddIns === "none")
    notes.push(
      `note: no profile has an Exchange or Microsoft 365 account, and Outlook shows no web add-ins with POP or IMAP alone. The pane can be opened in a browser instead: ${pane}`,
    );
  if (outlook.running.some(({ elevated }) => elevated === true))
    notes.push(
      "note: Outlook runs as administrator, where Windows ignores add-ins of one user. Close it and start it normally.",
    );
  if (outlook.running.length > 0)
    notes.push("note: Outlook runs; it sees the add-in when it has been closed and started again.");
  return notes;
}
