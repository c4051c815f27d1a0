// @ts-check
import { bootstrap } from "../lib/bootstrap.mjs";
import { say } from "../lib/progress.mjs";

/** `npm run build`: packages, native code, bridge and pane, whatever is not up to date. */
export default async function build() {
  await bootstrap(undefined, { compiles: true });
  say("build", "everything is up to date");
  return 0;
}
