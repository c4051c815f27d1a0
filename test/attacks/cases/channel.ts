// Rows 24 and 26: whoever serves the agent's socket instead of Outlook, or reads from it instead of the bridge.
import { once } from "node:events";
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freshHome, type BridgeProcess } from "../../support/bridge-process.js";
import { HonestPane } from "../../support/honest-pane.js";
import { asStranger } from "../../support/stranger.js";
import type { Attack } from "../attack.js";

/** A process of another user listens at the agent's address while there is no agent, and says that Outlook is online. */
async function servedByStranger(bridge: BridgeProcess): Promise<string> {
  const pane = await HonestPane.connect(bridge);
  await bridge.outlook("exit");
  await pane.showsReason("outlook-not-running");
  const from = pane.messages.length;
  const run = join(bridge.home, "run");
  const address = join(run, "agent.sock");
  rmSync(address, { force: true });
  // In a folder that the stranger can look into: the bridge closes its own to others.
  const told = freshHome();
  chmodSync(told.path, 0o755);
  const enough = join(told.path, "enough");
  let believed: boolean;
  for (const folder of [bridge.home, run]) chmodSync(folder, 0o777);
  const impostor = asStranger(
    `const server = require("node:net").createServer((socket) => { socket.on("error", () => undefined); socket.write(Buffer.from(input.bytes, "base64")); });
     server.listen(input.path);
     setInterval(() => require("node:fs").existsSync(input.enough) && process.exit(0), 100);`,
    { path: address, enough, bytes: Buffer.concat([HELLO, picture(1)]).toString("base64") },
  );
  try {
    while (!existsSync(address)) await sleep(20);
    for (const folder of [bridge.home, run]) chmodSync(folder, 0o700);
    await pane.showsReason("agent-untrusted");
    believed = pane.messages.slice(from).some((message) => message.type !== "heartbeat" && message.state !== "unknown");
  } finally {
    writeFileSync(enough, "");
    await impostor;
    told.remove();
    rmSync(address, { force: true });
    await bridge.outlook("start");
  }
  await pane.shows("online");
  await pane.close();
  return believed ? "believed" : "agent-untrusted, no state";
}

/** A process of another user connects to the agent, with the folder's own guard taken away. */
async function readByStranger(bridge: BridgeProcess): Promise<string> {
  const run = join(bridge.home, "run");
  for (const folder of [bridge.home, run]) chmodSync(folder, 0o755);
  chmodSync(join(run, "agent.sock"), 0o777);
  const heard = await asStranger(
    `const socket = require("node:net").connect(input.path);
     let bytes = 0;
     socket.on("data", (data) => (bytes += data.length));
     socket.on("error", (error) => console.log(error.code));
     socket.on("close", () => console.log(bytes + " bytes"));
     setTimeout(() => process.exit(3), 5000).unref();`,
    { path: join(run, "agent.sock") },
  );
  for (const folder of [bridge.home, run]) chmodSync(folder, 0o700);
  return heard.trim().replace("\n", ", ");
}

function frame(type: number, payload: Buffer, length = payload.length): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(length >>> 0, 0);
  header.writeUInt16LE(type, 4);
  return Buffer.concat([header, payload]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function hello(version = 1, magic = "OOS1"): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.write(magic, "latin1");
  fixed.writeUInt16LE(version, 4);
  return frame(1, Buffer.concat([fixed, text("0.1.0"), text("16.0"), text("Outlook")]));
}

/** State online, listening, both notifications. */
function picture(number: number, state = 1): Buffer {
  const payload = Buffer.alloc(48);
  payload.writeBigUInt64LE(BigInt(number), 0);
  payload.set([state, 1, 0, 7], 8);
  return frame(2, payload);
}

const HELLO = hello();

/** What the pane is shown when whoever serves the channel sends what `send` sends; and that the bridge bears it. */
async function served(bridge: BridgeProcess, send: (socket: Socket) => void | Promise<void>): Promise<string> {
  const pane = await HonestPane.connect(bridge);
  await bridge.outlook("exit");
  await pane.showsReason("outlook-not-running");
  const address = join(bridge.home, "run", "agent.sock");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    void send(socket);
  });
  const from = pane.messages.length;
  let believed: boolean;
  // A fast exit leaves the socket's file.
  rmSync(address, { force: true });
  try {
    server.listen(address);
    await once(server, "listening");
    await pane.showsReason("agent-incompatible");
    believed = pane.messages.slice(from).some((message) => message.type !== "heartbeat" && message.state !== "unknown");
  } finally {
    server.close();
    await bridge.outlook("start");
  }
  await pane.shows("online");
  await pane.close();
  if (pane.complaints.length > 0) return pane.complaints.join();
  return believed ? "a state from it" : "agent-incompatible, no state";
}

const onChannel = (tried: string, send: (socket: Socket) => void | Promise<void>): Attack => ({
  row: 26,
  tried,
  answer: "agent-incompatible, no state",
  run: (bridge) => served(bridge, send),
});

const sends = (tried: string, ...bytes: Buffer[]): Attack =>
  onChannel(tried, (socket) => void socket.write(Buffer.concat(bytes)));

export const strangersOnChannel: readonly Attack[] = [
  {
    row: 24,
    tried: "a socket in the agent's place, saying online",
    answer: "agent-untrusted, no state",
    run: servedByStranger,
  },
  { row: 24, tried: "a client of another user at the agent", answer: "0 bytes", run: readByStranger },
];

export const channel: readonly Attack[] = [
  sends("a length of 4 GB", frame(2, Buffer.alloc(0), 0xffffffff)),
  sends("another protocol's magic", hello(1, "HTTP")),
  sends("version 2", hello(2)),
  sends("a picture before the introduction", picture(1)),
  sends("two introductions", HELLO, HELLO),
  sends("a state that does not exist", HELLO, picture(1, 9)),
  sends("random bytes", Buffer.from(Array.from({ length: 65536 }, (_, index) => (index * 167 + 13) & 0xff))),
  onChannel("a wrong version, a byte at a time", async (socket) => {
    for (const byte of hello(7)) {
      socket.write(Buffer.from([byte]));
      await sleep(1);
    }
  }),
  onChannel("50,000 frames of unknown types, then nonsense", (socket) => {
    const unknown = Array.from({ length: 50_000 }, (_, index) => frame(100 + (index % 1000), Buffer.from("later")));
    socket.write(Buffer.concat([...unknown, frame(1, Buffer.from("nonsense"))]));
  }),
];
