// @ts-check
// The entry point of every npm script: `node tools/task.mjs <task> [arguments]`. This file and what it imports statically use only
// syntax that an old Node can parse, so that an old one prints a sentence instead of a syntax error.
import process from "process";
import { complaintAbout } from "./lib/node-version.mjs";

const complaint = complaintAbout(process.versions.node);

if (complaint) {
  process.stderr.write(complaint);
  process.exitCode = 1;
} else {
  import("./lib/run-task.mjs").then(
    ({ main }) => main(process.argv.slice(2)),
    (error) => {
      process.stderr.write("error: The tools of this clone cannot be loaded: " + error.message + "\n");
      const isLimit = error.code === "EMFILE" || error.code === "ENFILE";
      process.stderr.write(
        isLimit ? "Raise the limit of open files: ulimit -n 4096\n" : "Restore them: git checkout tools\n",
      );
      process.exitCode = 1;
    },
  );
}
