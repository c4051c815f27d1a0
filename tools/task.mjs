// @ts-check
// The entry point of every npm script: `node tools/task.mjs <task> [arguments]`. This file and its static imports use only syntax that
// old versions of Node.js can parse, so that these print a message instead of a syntax error.
import process from "process";
import { unsupportedNodeMessage } from "./lib/node-version.mjs";

const message = unsupportedNodeMessage(process.versions.node);

if (message) {
  process.stderr.write(message);
  process.exitCode = 1;
} else {
  import("./lib/run-task.mjs").then(
    ({ main }) => main(process.argv.slice(2)),
    (error) => {
      process.stderr.write("error: The scripts in tools/ could not be loaded: " + error.message + "\n");
      const isLimit = error.code === "EMFILE" || error.code === "ENFILE";
      process.stderr.write(
        isLimit ? "Raise the limit of open files: ulimit -n 4096\n" : "Restore them: git checkout tools\n",
      );
      process.exitCode = 1;
    },
  );
}
