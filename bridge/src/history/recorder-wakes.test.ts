// In a process of its own, with real timers; Node's trace events count the wake-ups.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { productRoot } from "../version.js";

const HEARTBEATS = 36;
/** Time passes this many times faster. */
const SPEED = 20;

const moduleOf = (file: string): string =>
  JSON.stringify(pathToFileURL(join(productRoot, "dist/bridge/src", file)).href);

const SCRIPT = `
  const { Recorder } = await import(${moduleOf("history/recorder.js")});
  const { openStore } = await import(${moduleOf("history/open-store.js")});
  const { silentLog } = await import(${moduleOf("log/log.js")});
  let fired = 0;
  const begin = globalThis.setInterval;
  globalThis.setInterval = (callback, every) => begin(() => { fired += 1; callback(); }, every / ${SPEED});
  const monotonic = () => performance.now() * ${SPEED};
  let writes = 0;
  const store = await openStore(process.env.FOLDER, silentLog(), () => {});
  const write = store.write.bind(store);
  store.write = (spans) => { writes += 1; write(spans); };
  const clocks = { unix: () => 1_767_258_000_000 + monotonic(), monotonic };
  const recorder = new Recorder({ store, log: silentLog(), clocks });
  const source = { status: "listening", profile: "P", outlook: "16", notifies: { online: true, offline: true } };
  recorder.record({ state: "online", since: null, ageMs: 0, source });
  let heartbeats = 0;
  const heartbeat = setInterval(() => {
    recorder.extendEarly();
    heartbeats += 1;
    if (heartbeats < ${HEARTBEATS}) return;
    clearInterval(heartbeat);
    recorder.close();
    console.log(JSON.stringify({ fired, writes }));
  }, 5000);
`;

it("wakes up the process only for heartbeats while there are some", () => {
  const folder = temporaryFolder();
  const trace = join(folder, "trace.json");
  const said = execFileSync(
    process.execPath,
    [
      "--trace-event-categories=node.environment",
      `--trace-event-file-pattern=${trace}`,
      "--input-type=module",
      "--eval",
      SCRIPT,
    ],
    { encoding: "utf8", timeout: 60_000, env: { ...process.env, FOLDER: folder } },
  );
  const { fired, writes } = JSON.parse(said) as { fired: number; writes: number };
  const { traceEvents } = JSON.parse(readFileSync(trace, "utf8")) as { traceEvents: { name: string }[] };
  const woken = traceEvents.filter(({ name }) => name === "RunTimers").length;
  expect(writes).toBeGreaterThanOrEqual(HEARTBEATS / 4);
  expect(woken, "Node writes such a trace").toBeGreaterThan(HEARTBEATS / 2);
  // One for the write soon after a change, and two for a clock that is a millisecond early.
  expect(woken - fired).toBeLessThanOrEqual(3);
});
