// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { fromRoot, UNBUNDLED_ENTRY } from "../lib/paths.mjs";
import { say } from "../lib/progress.mjs";
import { readStartOptions, START_OPTIONS } from "../lib/bridge-command.mjs";

export default defineTask({
  summary: "Like npm start, but rebuilds and restarts when TypeScript, styles or markup change. C++ is not watched.",
  options: START_OPTIONS,
  async run({ options }) {
    const start = readStartOptions(options);
    await bootstrap();
    say("dev", "watching TypeScript, styles and markup; after changes in C++ run npm run dev again");
    const node = process.execPath;
    const children = {
      tsc: [fromRoot("node_modules/typescript/bin/tsc"), "-b", "bridge", "--watch", "--preserveWatchOutput"],
      webpack: [fromRoot("node_modules/webpack-cli/bin/cli.js"), "--watch", "--mode", "development"],
      bridge: ["--watch", "--watch-preserve-output", UNBUNDLED_ENTRY, "start", ...start.args],
    };
    const ended = Object.entries(children).map(async ([name, command]) => {
      const { code } = await run(node, command, { show: true });
      throw new UserError(`${name} exited with code ${code}.`);
    });
    await Promise.race(ended);
    return 1;
  },
});
