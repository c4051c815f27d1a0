import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run as runTool } from "../../tools/native/compile.mjs";
import { fromRoot } from "../../tools/lib/paths.mjs";
import { builtForWindows } from "../lib/build.mjs";
import { latencies, Orders } from "../lib/chain.mjs";
import { freePort, preparedHome, sharedCertificates, temporaryFolder } from "../lib/home.mjs";
import { compare, fact } from "../lib/measures.mjs";
import { interleaved, median } from "../lib/statistics.mjs";
import { keepWindows, WineProgram, windowsPath } from "../lib/wine.mjs";

export const title = "The same with Windows' binaries and the pipe, under Wine";
export const method =
  "Windows' node.exe, the agent as a COM add-in in OUTLOOK.EXE, and the named pipe, all under Wine, paced as row 2; the receiver is a ws client in a node.exe of its own. The bare hops are a named pipe between two C++ processes, a thread-safe function in node.exe, and ws over TLS between two node.exe. Notify is called as in row 1; its floor is one store and one SetEvent.";

const INTERVAL_MS = 70;

export async function run(options) {
  const leave = await keepWindows();
  try {
    return await measured(options);
  } finally {
    await leave();
  }
}

async function measured({ rounds, scale }) {
  const count = Math.round(60 * scale);
  await runTool([process.execPath, "tools/windows/build.mjs"], { stdio: "ignore" });
  await new WineProgram("regsvr32", ["/s", windowsPath(fromRoot("dist/windows/x64/offline-state-agent.dll"))]).done();
  const home = await preparedHome();
  const folder = join(temporaryFolder(), "orders");
  mkdirSync(folder);
  const orders = new Orders(folder);
  const port = await freePort();
  const certificates = await sharedCertificates();
  const ca = windowsPath(join(certificates, "ca.crt"));
  const bridge = WineProgram.node("bridge", [String(port), windowsPath(await builtForWindows("scheduled-mapi.dll"))], {
    OUTLOOK_OFFLINE_STATE_HOME: windowsPath(home.path),
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

    const chain = async () => {
      const stamps = await orders.notify(count, INTERVAL_MS);
      return latencies(stamps, stampsOf(client.read()));
    };
    const ws = async () => {
      const server = WineProgram.node("ws", [windowsPath(certificates), String(count), String(INTERVAL_MS)]);
      const [, at] = await server.until(/^Port: (\d+)$/m);
      const receiver = WineProgram.node("client", [`wss://localhost:${at}/`, ca]);
      const sent = stampsOf(await server.done()).map(({ at: before, state }) => ({ before, state }));
      await receiver.end();
      return latencies(sent, stampsOf(receiver.read()));
    };
    const pipe = async () => {
      const hop = new WineProgram(pipeHop, [String(count), String(INTERVAL_MS * 1000)]);
      await hop.done();
      return numbers(hop.read("pipe-hop.txt"));
    };
    const tsfn = async () =>
      numbers(await WineProgram.node("tsfn", [tsfnHop, String(count), String(INTERVAL_MS * 1000)]).done());
    await chain();
    const found = await interleaved(rounds, { chain, ws, pipe, tsfn });
    const sum = found.ws.map((_, index) => [
      median(found.pipe[index]) + median(found.tsfn[index]) + median(found.ws[index]),
    ]);
    return {
      measures: [
        compare({
          what: "to a ws client, under Wine",
          against: "the sum of the bare hops",
          unit: "ms",
          product: found.chain,
          other: sum,
          aim: { most: 1.5 },
        }),
        fact("bare pipe hop between two C++ processes, p50", median(found.pipe.flat()), { unit: "ms" }),
        fact("bare thread-safe-function hop in node.exe, p50", median(found.tsfn.flat()), { unit: "ms" }),
        fact("bare ws hop over TLS between two node.exe, p50", median(found.ws.flat()), { unit: "ms" }),
        ...(await notify(rounds, Math.round(1000 * scale))),
      ],
    };
  } finally {
    for (const program of programs.reverse()) await program.end();
  }
}

/** Notify's time on the caller's thread; row 11 has it too. */
export async function notify(rounds, calls) {
  const home = windowsPath(temporaryFolder());
  const program = new WineProgram(await builtForWindows("notify.exe"), [home, String(rounds), String(calls)]);
  const samples = { product: [], floor: [], polled: [], clock: [] };
  for (const line of (await program.done()).trim().split("\n")) {
    const [who, round, value] = line.split(" ");
    if (who in samples) (samples[who][round] ??= []).push(Number(value));
  }
  const clock = median(samples.clock.flat());
  const [product, other] = [samples.product, samples.floor].map((all) =>
    all.map((round) => round.map((value) => Math.max(1, value - clock))),
  );
  const shared = { against: "one store and one SetEvent, under Wine", unit: "ns", product, other };
  return [
    compare({ ...shared, what: "Notify on Windows, p50", aim: { most: 2 } }),
    compare({ ...shared, what: "Notify on Windows, p99", aim: { most: 4 }, at: 0.99 }),
  ];
}

function stampsOf(text) {
  return [...text.matchAll(/^(\d+) (online|offline|unknown)$/gm)].map(([, at, state]) => ({ at: Number(at), state }));
}

function numbers(text) {
  return text
    .trim()
    .split("\n")
    .map((line) => Number(line) / 1e6);
}
