// The programs that run in node.exe under Wine: node.exe windows.mjs <root> <role> [arguments]. Each role writes lines to stdout.
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [root, role, ...args] = process.argv.slice(2);
const built = (file) => import(pathToFileURL(join(root, "dist", "bridge", "src", file)).href);
const nowNs = () => Number(process.hrtime.bigint());
const print = (line) => writeSync(1, `${line}\n`);

const roles = {
  /** The product, composed as in the Windows tests: Wine cannot tell which user owns a connection. */
  async bridge(port, mapi) {
    const { run } = await built("cli/start.js");
    const { nativeStateSource } = await built("state-source.js");
    const { loadNativeModule } = await built("native-module.js");
    const executable = join(root, "dist", "windows", "x64", "OUTLOOK.EXE");
    await run({
      port: Number(port),
      simulator: { executable, mapi },
      source: (dataDirectory) => nativeStateSource(loadNativeModule(root), { dataDirectory: dataDirectory.path }),
      peer: () => Promise.resolve({ trusted: true }),
    });
  },

  /** Only the native module as a state source, also on Linux. Prints each report. */
  async module() {
    const { resolveDataDirectory } = await built("data-directory.js");
    const { nativeStateSource } = await built("state-source.js");
    const { loadNativeModule } = await built("native-module.js");
    nativeStateSource(loadNativeModule(root), { dataDirectory: resolveDataDirectory().path }).subscribe((report) => {
      print(JSON.stringify(report));
    });
  },

  /** Prints when each message arrived, and its state. */
  async client(url, ca) {
    const { openFeed } = await import("./common.mjs");
    const socket = openFeed(url, ca);
    socket.on("open", () => print("Open"));
    socket.on("message", (data) => {
      const at = nowNs();
      const { state } = JSON.parse(data.toString());
      if (state !== undefined) print(`${at} ${state}`);
    });
  },

  /** A thread-safe function alone. */
  async tsfn(module, count, intervalUs) {
    const native = createRequire(import.meta.url)(module);
    native.run(
      Number(count),
      Number(intervalUs),
      (sent) => print(nowNs() - sent),
      () => undefined,
    );
  },

  /** A ws server alone: prints when it sent each message. Starts 500 ms after a client has connected. */
  async ws(folder, count, intervalMs) {
    process.env.BENCH_CERTIFICATES = folder;
    const { WebSocketServer } = await import("ws");
    const { changeMessage, listen, secureServer, stateAt } = await import("./common.mjs");
    const server = secureServer();
    const feed = new WebSocketServer({ server, perMessageDeflate: false });
    print(`Port: ${await listen(server)}`);
    await new Promise((resolve) => feed.once("connection", resolve));
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let index = 0; index < Number(count); index += 1) {
      await new Promise((resolve) => setTimeout(resolve, Number(intervalMs)));
      const bytes = Buffer.from(JSON.stringify(changeMessage(1000 + index, stateAt(index))));
      const at = nowNs();
      for (const client of feed.clients) client.send(bytes, { binary: false });
      print(`${at} ${stateAt(index)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.exit(0);
  },
};

await roles[role](...args);
