// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";
import { fromRoot, UNBUNDLED_ENTRY } from "../lib/paths.mjs";
import { say } from "../lib/progress.mjs";
import { readStartOptions, START_USAGE } from "../lib/start-options.mjs";

/**
 * `npm run dev [-- <options of npm start>]`: like npm start, and compiles and starts again what is edited. C++ is not watched.
 * @param {readonly string[]} args
 */
export default async function dev(args) {
  const options = readStartOptions(args);
  if (options === "help") {
    process.stdout.write(`${START_USAGE.replace("npm start", "npm run dev")}\n`);
    return 0;
  }
  await bootstrap();
  say("dev", "watching TypeScript, styles and markup; after a change of C++ run npm run dev again");
  const node = process.execPath;
  const children = {
    tsc: [fromRoot("node_modules/typescript/bin/tsc"), "-b", "bridge", "--watch", "--preserveWatchOutput"],
    webpack: [fromRoot("node_modules/webpack-cli/bin/cli.js"), "--watch", "--mode", "development"],
    bridge: ["--watch", "--watch-preserve-output", UNBUNDLED_ENTRY, "start", ...options.args],
  };
  const ended = Object.entries(children).map(async ([name, command]) => {
    const { code } = await run(node, command, { show: true });
    throw new Failure(`${name} has ended with exit code ${code}.`);
  });
  await Promise.race(ended);
  return 1;
}
