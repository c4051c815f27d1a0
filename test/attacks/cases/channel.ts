// Rows 24 and 26: other programs that serve the agent's socket, or read from it.
import { once } from "node:events";
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BridgeProcess } from "../../support/bridge-process.js";
import { createFolder, removeFolder } from "../../support/temporary-folder.js";
import { TestFeedClient } from "../../support/feed-client.js";
import { runAsOtherUser } from "../../support/other-user.js";
import type { Attack } from "./attack.js";

/** A process of another user listens at the agent's address while there is no agent, and reports Outlook as online. */
async function servedByOtherUser(bridge: BridgeProcess): Promise<string> {
  const pane = await TestFeedClient.connect(bridge);
  await bridge.outlook("exit");
  await pane.waitForReason("outlook-not-running");
  const from = pane.messages.length;
  const run = join(bridge.dataDirectory, "run");
  const address = join(run, "agent.sock");
  rmSync(address, { force: true });
  // In a folder that the other user can read, unlike the data directory.
  const shared = createFolder();
  chmodSync(shared, 0o755);
  const stopFile = join(shared, "enough");
  let trusted: boolean;
  for (const folder of [bridge.dataDirectory, run]) chmodSync(folder, 0o777);
  const impostor = runAsOtherUser(
    `const server = require("node:net").createServer((socket) => { socket.on("error", () => undefined); socket.write(Buffer.from(input.bytes, "base64")); });
     server.listen(input.path);
     setInterval(() => require("node:fs").existsSync(input.stopFile) && process.exit(0), 100);`,
    { path: address, stopFile, bytes: Buffer.concat([HELLO, statusFrame(1)]).toString("base64") },
  );
  try {
    while (!existsSync(address)) await sleep(20);
    for (const folder of [bridge.dataDirectory, run]) chmodSync(folder, 0o700);
    await pane.waitForReason("agent-untrusted");
    trusted = pane.messages.slice(from).some((message) => message.type !== "heartbeat" && message.state !== "unknown");
  } finally {
    writeFileSync(stopFile, "");
    await impostor;
    removeFolder(shared);
    rmSync(address, { force: true });
    await bridge.outlook("start");
  }
  await pane.waitForState("online");
  await pane.close();
  return trusted ? "trusted" : "agent-untrusted, no state";
}

/** A process of another user connects to the agent after the permissions of the folder were removed. */
async function readByOtherUser(bridge: BridgeProcess): Promise<string> {
  const run = join(bridge.dataDirectory, "run");
  for (const folder of [bridge.dataDirectory, run]) chmodSync(folder, 0o755);
  chmodSync(join(run, "agent.sock"), 0o777);
  const output = await runAsOtherUser(
    `const socket = require("node:net").connect(input.path);
     let bytes = 0;
     socket.on("data", (data) => (bytes += data.length));
     socket.on("error", (error) => console.log(error.code));
     socket.on("close", () => console.log(bytes + " bytes"));
     setTimeout(() => process.exit(3), 5000).unref();`,
    { path: join(run, "agent.sock") },
  );
  for (const folder of [bridge.dataDirectory, run]) chmodSync(folder, 0o700);
  return output.trim().replace("\n", ", ");
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

/** A status frame: listening, both notifications. */
function statusFrame(number: number, state = 1): Buffer {
  const payload = Buffer.alloc(48);
  payload.writeBigUInt64LE(BigInt(number), 0);
  payload.set([state, 1, 0, 7], 8);
  return frame(2, payload);
}

const HELLO = hello();

/** Serves the channel with `send`. Returns what a client receives, and checks that the bridge recovers. */
async function served(bridge: BridgeProcess, send: (socket: Socket) => void | Promise<void>): Promise<string> {
  const pane = await TestFeedClient.connect(bridge);
  await bridge.outlook("exit");
  await pane.waitForReason("outlook-not-running");
  const address = join(bridge.dataDirectory, "run", "agent.sock");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    void send(socket);
  });
  const from = pane.messages.length;
  let trusted: boolean;
  // A fast exit leaves the socket file.
  rmSync(address, { force: true });
  try {
    server.listen(address);
    await once(server, "listening");
    await pane.waitForReason("agent-incompatible");
    trusted = pane.messages.slice(from).some((message) => message.type !== "heartbeat" && message.state !== "unknown");
  } finally {
    server.close();
    await bridge.outlook("start");
  }
  await pane.waitForState("online");
  await pane.close();
  if (pane.errors.length > 0) return pane.errors.join();
  return trusted ? "a state from it" : "agent-incompatible, no state";
}

const onChannel = (attempt: string, send: (socket: Socket) => void | Promise<void>): Attack => ({
  row: 26,
  attempt,
  response: "agent-incompatible, no state",
  run: (bridge) => served(bridge, send),
});

const sends = (attempt: string, ...bytes: Buffer[]): Attack =>
  onChannel(attempt, (socket) => void socket.write(Buffer.concat(bytes)));

export const otherUserChannelAttacks: readonly Attack[] = [
  {
    row: 24,
    attempt: "a socket in the agent's place that reports online",
    response: "agent-untrusted, no state",
    run: servedByOtherUser,
  },
  { row: 24, attempt: "a client of another user at the agent", response: "0 bytes", run: readByOtherUser },
];

export const channelAttacks: readonly Attack[] = [
  sends("a length of 4 GB", frame(2, Buffer.alloc(0), 0xffffffff)),
  sends("another protocol's magic", hello(1, "HTTP")),
  sends("version 2", hello(2)),
  sends("a status before hello", statusFrame(1)),
  sends("hello twice", HELLO, HELLO),
  sends("a state that does not exist", HELLO, statusFrame(1, 9)),
  sends("random bytes", Buffer.from(Array.from({ length: 65536 }, (_, index) => (index * 167 + 13) & 0xff))),
  onChannel("a wrong version, a byte at a time", async (socket) => {
    for (const byte of hello(7)) {
      socket.write(Buffer.from([byte]));
      await sleep(1);
    }
  }),
  onChannel("50,000 frames of unknown types, then an invalid one", (socket) => {
    const unknown = Array.from({ length: 50_000 }, (_, index) => frame(100 + (index % 1000), Buffer.from("later")));
    socket.write(Buffer.concat([...unknown, frame(1, Buffer.from("nonsense"))]));
  }),
];
