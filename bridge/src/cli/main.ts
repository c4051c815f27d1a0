#!/usr/bin/env node
/** The executable of the package. */
import { CommanderError } from "commander";
import { UserError } from "../user-error.js";
import { handleOutputErrors, hasOption, printError, USAGE_HINT } from "./console.js";
import { createProgram } from "./program.js";

// All clients verify the bridge regardless of this variable (instance/health-client.ts); Node would only print a false warning.
delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];

handleOutputErrors();
const json = hasOption("--json");
try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) {
    printError(error, { json });
    process.exitCode = 1;
  } else {
    // Commander has printed it unless --json is given.
    if (json && error.exitCode !== 0) {
      const userError = new UserError(error.message.replace(/^error: /, ""), USAGE_HINT, { cause: error });
      printError(userError, { json });
    }
    process.exitCode = error.exitCode;
  }
}
