/** The bridge of this version runs, on a port of its own. */
import { Failure } from "../../failure.js";
import { findBridge, unresponsiveText } from "../../instance/find.js";
import { isFree, startBridge, stopBridge } from "../bridge/process.js";
import { FIRST_PORT, LAST_PORT, PORTS } from "../names.js";
import { appFolder } from "../places.js";
import { fail, INSTALL_AGAIN, pass, type InstallContext, type Step } from "../step.js";

const START = "Sign out of Windows and in again, or run `outlook-offline-state install`.";

export const bridge: Step = {
  name: "bridge",
  what: "start the bridge",

  async check({ home, version, record }) {
    const found = await findBridge(home, []);
    if (found.kind === "absent") return fail("it does not run", START);
    if (found.kind === "unresponsive") {
      const { what, remedy } = unresponsiveText(found);
      return fail(what, remedy);
    }
    const seen = `version ${found.version}, process ${found.record?.pid ?? "unknown"}, port ${found.port}`;
    if (found.version !== version) return fail(`${seen}; this is version ${version}`, INSTALL_AGAIN);
    if (record.facts.port !== undefined && record.facts.port !== found.port)
      return fail(`${seen}; the manifest names port ${record.facts.port}`, INSTALL_AGAIN);
    return pass(seen);
  },

  async do(context, journal) {
    const { home, version, record } = context;
    const before = await stopBridge(home);
    if (before !== undefined) {
      journal.add(`the bridge of version ${before.version}`, async () => {
        await startBridge(home, appFolder(home, before.version), before.port);
      });
    }
    const port = await choosePort(context);
    record.update({ port });
    journal.add("the bridge", async () => {
      await stopBridge(home);
    });
    const started = await startBridge(home, appFolder(home, version), port);
    const replaced = before === undefined ? "" : `, in place of version ${before.version}`;
    return `process ${started.pid} on https://localhost:${port}${replaced}`;
  },

  async undo({ home }) {
    const stopped = await stopBridge(home);
    return stopped === undefined ? [] : [`process ${stopped.pid} on port ${stopped.port}`];
  },
};

/** The port that was asked for, else the one in use until now, else the first of the range that is free. Throws a Failure. */
export async function choosePort(
  { options, record, say }: InstallContext,
  others: readonly number[] = PORTS,
): Promise<number> {
  if (options.port !== undefined) {
    if (await isFree(options.port)) return options.port;
    throw new Failure(
      `port ${options.port} is taken by another program`,
      "Choose another one, or leave --port out: a free one is then chosen.",
    );
  }
  const wanted = record.facts.port ?? FIRST_PORT;
  for (const port of new Set([wanted, ...others])) {
    if (!(await isFree(port))) continue;
    if (port !== wanted) say(`port ${wanted} is taken, by another user's bridge or another program: using ${port}`);
    return port;
  }
  throw new Failure(
    `every port from ${FIRST_PORT} to ${LAST_PORT} is taken`,
    "Name a free one: `outlook-offline-state install --port <number>`.",
  );
}
