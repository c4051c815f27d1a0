// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { fromRoot } from "../lib/paths.mjs";

/** `npm run docs`: writes those parts of the documents anew that are made from the tests and the packages. */
export default async function docs() {
  await bootstrap([]);
  const vitest = fromRoot("node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--project", "unit", "test/documents", "--update"];
  const { code } = await run(process.execPath, args, { cwd: fromRoot(), show: true });
  return code;
}
