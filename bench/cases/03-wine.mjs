import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run as runTool } from "../../tools/native/compile.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { builtForWindows } from "../lib/build.mjs";
import { latencies, ScheduledMapi } from "../lib/pipeline.mjs";
import { freePort, preparedDataDirectory, sharedCertificates, temporaryFolder } from "../lib/data-directory.mjs";
import { compare, fact, interleaved, median } from "../lib/measures.mjs";
import { keepWineRunning, WineProgram, windowsPath } from "../lib/wine.mjs";

export const title = "From Notify() to a ws client with Windows binaries, under Wine";
export const method =
  "Node.js for Windows, the agent as a COM add-in in the simulated OUTLOOK.EXE, and the named pipe, all under Wine, at the pace of case 2. The receiver is a ws client in its own node.exe. Baseline: the sum of a named pipe between two C++ processes, a call from a native thread to JavaScript in node.exe, and ws over TLS between two node.exe. Notify() is measured as in case 1; its baseline is one store and one SetEvent.";

const INTERVAL_MS = 70;

export async function run(options) {
  const release = await keepWineRunning();
  try {
    return await measured(options);
  } finally {
    await release();
  }
}

async function measured({ rounds, scale }) {
  const count = Math.round(60 * scale);
  await runTool([process.execPath, "tools/windows/build.mjs"], { stdio: "ignore" });
  await new WineProgram("regsvr32", ["/s", windowsPath(fromRoot("dist/windows/x64/offline-state-agent.dll"))]).done();
  const dataDirectory = await preparedDataDirectory();
  const folder = join(temporaryFolder(), "mapi");
  mkdirSync(folder);
  const mapi = new ScheduledMapi(folder);
  const port = await freePort();
  const certificates = await sharedCertificates();
  const ca = windowsPath(join(certificates, "ca.crt"));
  const bridge = WineProgram.node("bridge", [String(port), windowsPath(await builtForWindows("scheduled-mapi.dll"))], {
    OUTLOOK_OFFLINE_STATE_HOME: windowsPath(dataDirectory.path),
    BENCH_MAPI: windowsPath(folder),
    PREBUILDS_ONLY: "1",
  });
  const programs = [bridge];
  try {
    await bridge.until(/^Ready: /m);
    const client = WineProgram.node("client", [`wss://localhost:${port}/feed`, ca]);
    programs.push(client);
    await client.until(/^Open$/m);
    await client.until(/ online$/m);
    const pipeHop = await builtForWindows("pipe-hop.exe");
    const tsfnHop = windowsPath(await builtForWindows("tsfn-hop.node"));

    const pipeline = async () => {
      const changes = await mapi.notify(count, INTERVAL_MS);
      return latencies(changes, changesOf(client.read()));
    };
    const ws = async () => {
      const server = WineProgram.node("ws", [windowsPath(certificates), String(count), String(INTERVAL_MS)]);
      const [, at] = await server.until(/^Port: (\d+)$/m);
      const receiver = WineProgram.node("client", [`wss://localhost:${at}/`, ca]);
      const sent = changesOf(await server.done()).map(({ at: before, state }) => ({ before, state }));
      await receiver.end();
      return latencies(sent, changesOf(receiver.read()));
    };
    const pipe = async () => {
      const hop = new WineProgram(pipeHop, [String(count), String(INTERVAL_MS * 1000)]);
      await hop.done();
      return numbers(hop.read("pipe-hop.txt"));
    };
    const tsfn = async () =>
      numbers(await WineProgram.node("tsfn", [tsfnHop, String(count), String(INTERVAL_MS * 1000)]).done());
    await pipeline();
    const found = await interleaved(rounds, { pipeline, ws, pipe, tsfn });
    const sum = found.ws.map((_, index) => [
      median(found.pipe[index]) + median(found.tsfn[index]) + median(found.ws[index]),
    ]);
    return {
      measures: [
        compare({
          name: "to a ws client, under Wine",
          against: "the sum of the bare hops",
          unit: "ms",
          product: found.pipeline,
          baseline: sum,
          target: { atMost: 1.5 },
        }),
        fact("bare pipe hop between two C++ processes, p50", median(found.pipe.flat()), { unit: "ms" }),
        fact("bare native-thread-to-JavaScript hop in node.exe, p50", median(found.tsfn.flat()), { unit: "ms" }),
        fact("bare ws hop over TLS between two node.exe, p50", median(found.ws.flat()), { unit: "ms" }),
        ...(await notify(rounds, Math.round(1000 * scale))),
      ],
    };
  } finally {
    for (const program of programs.reverse()) await program.end();
  }
}

/** The time of Notify() on the calling thread; also used by case 11. */
export async function notify(rounds, calls) {
  const dataDirectory = windowsPath(temporaryFolder());
  const program = new WineProgram(await builtForWindows("notify.exe"), [dataDirectory, String(rounds), String(calls)]);
  const samples = { product: [], baseline: [], polled: [], clock: [] };
  for (const line of (await program.done()).trim().split("\n")) {
    const [series, round, value] = line.split(" ");
    if (series in samples) (samples[series][round] ??= []).push(Number(value));
  }
  const clock = median(samples.clock.flat());
  const [product, baseline] = [samples.product, samples.baseline].map((all) =>
    all.map((round) => round.map((value) => Math.max(1, value - clock))),
  );
  const shared = { against: "one store and one SetEvent, under Wine", unit: "ns", product, baseline };
  return [
    compare({ ...shared, name: "Notify on Windows, p50", target: { atMost: 2 } }),
    compare({ ...shared, name: "Notify on Windows, p99", target: { atMost: 4 }, at: 0.99 }),
  ];
}

function changesOf(text) {
  return [...text.matchAll(/^(\d+) (online|offline|unknown)$/gm)].map(([, at, state]) => ({ at: Number(at), state }));
}

function numbers(text) {
  return text
    .trim()
    .split("\n")
    .map((line) => Number(line) / 1e6);
}
