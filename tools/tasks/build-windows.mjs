// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

/** `npm run build:windows`: everything for Windows, built on Debian: see tools/windows/build.mjs. */
export default async function buildWindows() {
  await bootstrap([]);
  const lacking = await ensureGroups(["mingw"]);
  for (const problem of lacking.values()) throw new Failure(`npm run build:windows ${problem}`);
  const { code } = await run(process.execPath, [fromRoot("tools/windows/build.mjs")], { show: true });
  return code;
}
