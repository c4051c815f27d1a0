/** `outlook-offline-state outlook <command>`: controls the running simulator. */
import { resolveDataDirectory } from "../data-directory.js";
import { validateCommand } from "../simulator/commands.js";
import { controlAddress, sendCommand } from "../simulator/control.js";
import { UserError } from "../user-error.js";
import { printLine, USAGE_HINT } from "./console.js";

/** Throws a UserError if the command is invalid or fails. */
export async function outlook(words: readonly string[]): Promise<void> {
  const problem = validateCommand(words);
  if (problem !== undefined) throw new UserError(problem, USAGE_HINT);
  const { ok, text } = await sendCommand(controlAddress(resolveDataDirectory()), words.join(" "));
  if (!ok) throw new UserError(text, "Details: `outlook-offline-state logs`");
  printLine(text === "" ? "ok" : text);
}
