// @ts-check
import { bootstrap } from "../lib/bootstrap.mjs";
import { formatters } from "../lib/formatters.mjs";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";

/** `npm run format`: puts every file into the house's format. */
export default async function format() {
  await bootstrap([]);
  for (const { name, fix } of formatters()) {
    const { code, output } = await run(...fix);
    if (code !== 0)
      throw new Failure(`${name} failed.`, { output, remedy: "Mend what it names, then run the command again." });
  }
  return 0;
}
