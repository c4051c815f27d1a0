// @ts-check
// The way into every npm script: `node tools/task.mjs <task> [arguments]`. Nothing but what an old Node can parse stands here
// and in what it imports at once, so that an old one gets a sentence instead of a syntax error.
import process from "process";
import { complaintAbout } from "./lib/node-version.mjs";

const complaint = complaintAbout(process.versions.node);
const task = process.argv[2] || "";

if (complaint) {
  process.stderr.write(complaint);
  process.exitCode = 1;
} else if (!/^[a-z][a-z-]*$/.test(task)) {
  process.stderr.write("Usage: node tools/task.mjs <task> [arguments]\n");
  process.exitCode = 1;
} else {
  import("./lib/run-task.mjs").then(({ runTask }) => runTask(task, process.argv.slice(3)));
}
