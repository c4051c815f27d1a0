// What runs in Windows' node.exe: node.exe windows.mjs <root> <role> [arguments]. Each role writes lines on its output.
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [root, role, ...args] = process.argv.slice(2);
const built = (file) => import(pathToFileURL(join(root, "dist", "bridge", "src", file)).href);
const nowNs = () => Number(process.hrtime.bigint());
const say = (line) => writeSync(1, `${line}\n`);

const roles = {
  /** The product, as the Windows tests compose it: under Wine nobody can say whose a connection is. */
  async bridge(port, mapi) {
    const { run } = await built("cli/run.js");
    const { createNativeSource } = await built("source/native-source.js");
    const { loadNativeBinding } = await built("source/native-binding.js");
    const executable = join(root, "dist", "windows", "x64", "OUTLOOK.EXE");
    await run({
      port: Number(port),
      simulated: { executable, mapi },
      source: (home) => createNativeSource(loadNativeBinding(root), { home: home.path }),
      peer: () => Promise.resolve({ trusted: true }),
    });
  },

  /** The native module and what makes it a source, and nothing else; on Linux too. Says each report. */
  async module() {
    const { resolveHome } = await built("home/home.js");
    const { createNativeSource } = await built("source/native-source.js");
    const { loadNativeBinding } = await built("source/native-binding.js");
    createNativeSource(loadNativeBinding(root), { home: resolveHome().path }).subscribe((report) => {
      say(JSON.stringify(report));
    });
  },

  /** Says when each message came, and its state. */
  async client(url, ca) {
    const { WebSocket } = await import("ws");
    const socket = new WebSocket(url, ["offline-state.v1"], {
      ca: readFileSync(ca),
      origin: new URL(url).origin.replace("wss", "https"),
    });
    socket.on("open", () => say("Open"));
    socket.on("message", (data) => {
      const at = nowNs();
      const { state } = JSON.parse(data.toString());
      if (state !== undefined) say(`${at} ${state}`);
    });
  },

  /** The bare thread-safe function. */
  async tsfn(module, count, intervalUs) {
    const native = createRequire(import.meta.url)(module);
    native.run(
      Number(count),
      Number(intervalUs),
      (sent) => say(nowNs() - sent),
      () => undefined,
    );
  },

  /** The bare ws server: says when it sent. It begins when somebody has connected, and a moment has passed. */
  async ws(folder, count, intervalMs) {
    process.env.BENCH_CERTIFICATES = folder;
    const { WebSocketServer } = await import("ws");
    const { listen, secureServer } = await import("./tls.mjs");
    const { changeOf, stateOf } = await import("./payload.mjs");
    const server = secureServer();
    const feed = new WebSocketServer({ server, perMessageDeflate: false });
    say(`Port: ${await listen(server)}`);
    await new Promise((resolve) => feed.once("connection", resolve));
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let index = 0; index < Number(count); index += 1) {
      await new Promise((resolve) => setTimeout(resolve, Number(intervalMs)));
      const bytes = Buffer.from(JSON.stringify(changeOf(1000 + index, stateOf(index))));
      const at = nowNs();
      for (const client of feed.clients) client.send(bytes, { binary: false });
      say(`${at} ${stateOf(index)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.exit(0);
  },
};

await roles[role](...args);
