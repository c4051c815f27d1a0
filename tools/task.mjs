// @ts-check
// The way into every npm script: `node tools/task.mjs <task> [arguments]`. Nothing but what the oldest Node can parse stands
// here, so that an old one gets a sentence instead of a syntax error.
import process from "process";

const WANTED = [20, 11];

/** @param {string} version Like "20.11.1". */
function isNewEnough(version) {
  const parts = version.split(".").map(Number);
  const major = parts[0] || 0;
  const minor = parts[1] || 0;
  return major > Number(WANTED[0]) || (major === WANTED[0] && minor >= Number(WANTED[1]));
}

const version = process.env.OUTLOOK_OFFLINE_STATE_NODE_VERSION || process.versions.node;
const task = process.argv[2] || "";

if (!isNewEnough(version)) {
  process.stderr.write(
    "Node.js " +
      version +
      " is too old: Outlook Offline State needs " +
      WANTED.join(".") +
      " or newer (20, 22 and 24 are tested).\n" +
      "Get one from https://nodejs.org/ or by your version manager, for example `nvm install 22`, and run the command again.\n",
  );
  process.exitCode = 1;
} else if (!/^[a-z-]+$/.test(task)) {
  process.stderr.write("Usage: node tools/task.mjs <task> [arguments]\n");
  process.exitCode = 1;
} else {
  import("./lib/run-task.mjs")
    .then(({ runTask }) => runTask(task, process.argv.slice(3)))
    .catch((error) => {
      process.stderr.write(String((error && error.stack) || error) + "\n");
      process.exitCode = 1;
    });
}
