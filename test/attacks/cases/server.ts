// Rows 22 and 23: a port that another program holds, and text that is meant for whoever reads the log.
import { once } from "node:events";
import { createServer } from "node:https";
import { connect as connectTcp, createServer as createTcpServer, type Server } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateCertificates } from "office-addin-dev-certs";
import { BridgeProcess, freePort, freshHome } from "../../support/bridge-process.js";
import { HonestPane } from "../../support/honest-pane.js";
import { OTHER_LOOPBACK } from "../../support/loopback.js";
import type { Attack } from "../attack.js";
import { answerTo, bytesOf, ended, frame, openFeed, plain, untilClosed, upgrade } from "../wire.js";

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, "listening");
}

/** What a bridge does whose port is held at `host`. */
async function startBeside(host: string): Promise<string> {
  const port = await freePort();
  const holder = createTcpServer((socket) => socket.destroy());
  await listen(holder, port, host);
  const bridge = await BridgeProcess.launch({ port });
  const code = await bridge.ended;
  await bridge.stop();
  holder.close();
  const told = bridge.stderr.includes(String(port)) && bridge.stderr.includes("--port");
  const ready = bridge.stdout.includes("Ready:");
  return `exit code ${code}, ${told ? "the port and the remedy are named" : bridge.stderr}${ready ? ", yet ready" : ""}`;
}

/** A program that holds the port serves a page with a certificate of its own making. */
async function impostor(bridge: BridgeProcess): Promise<string> {
  const folder = freshHome();
  const file = (name: string): string => join(folder.path, name);
  await generateCertificates(file("ca.crt"), file("localhost.crt"), file("localhost.key"), 7, ["localhost"]);
  const server = createServer({ key: readFileSync(file("localhost.key")), cert: readFileSync(file("localhost.crt")) });
  await listen(server, 0, "127.0.0.1");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    await HonestPane.connect({ port, ca: bridge.ca });
    return "the pane believes it";
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    return /CERT|SELF_SIGNED|SIGNATURE|VERIFY/.test(code) ? "the pane refuses its certificate" : code;
  } finally {
    server.close();
    folder.remove();
  }
}

const CONTROL = /[^\x20-\x7e\n]/;

/** A bridge that has refused nothing yet: it logs so many refusals a minute, and no more. */
async function onFreshBridge(attempt: (bridge: BridgeProcess) => Promise<string>): Promise<string> {
  const bridge = await BridgeProcess.start();
  try {
    return await attempt(bridge);
  } finally {
    await bridge.stop();
  }
}

/** What stands in the log after `request`, seen by somebody who shows it in a terminal. */
async function logAfter(bridge: BridgeProcess, requests: readonly Buffer[]): Promise<string> {
  const before = bridge.logText().length;
  for (const request of requests) await answerTo(bridge, request);
  const written = bridge.logText().slice(before);
  const lines = written.trimEnd().split("\n");
  for (const line of lines) {
    if (CONTROL.test(line)) return `a control character: ${JSON.stringify(CONTROL.exec(line)?.[0])}`;
    if (line.length > 2000) return `a line of ${line.length} characters`;
    JSON.parse(line);
  }
  return lines.length >= requests.length ? "escaped and cut" : `${lines.length} lines for ${requests.length} requests`;
}

async function secrets(bridge: BridgeProcess): Promise<string> {
  await answerTo(bridge, plain(bridge, "/healthz", { Authorization: "Bearer hunter2", Cookie: "session=hunter2" }));
  await answerTo(bridge, upgrade(bridge, { Origin: "null", Cookie: "session=hunter2" }));
  const key = readFileSync(join(bridge.home, "certificates", "localhost.key"), "utf8");
  const told = bridge.logText() + bridge.stdout + bridge.stderr;
  const body = key.split("\n")[1] ?? key;
  return told.includes(body) || told.includes("PRIVATE KEY") || told.includes("hunter2")
    ? "a secret"
    : "no secret is logged";
}

/** The bridge's budget of log lines: so many of a kind at once, then one a minute. */
const LINES_AT_ONCE = 100;
const LINE_EVERY_MS = 60_000;
const SIDE_BY_SIDE = 20;

/** What so many clients that do the same leave in the log of a bridge that has logged nothing else of the kind. */
async function flooded(
  bridge: BridgeProcess,
  clients: number,
  once: (bridge: BridgeProcess) => Promise<unknown>,
): Promise<string> {
  const before = bridge.logText();
  const begun = performance.now();
  for (let count = 0; count < clients; count += SIDE_BY_SIDE)
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => once(bridge)));
  const allowed = LINES_AT_ONCE + Math.ceil((performance.now() - begun) / LINE_EVERY_MS);
  const all = bridge.logText();
  if (!all.startsWith(before)) return "what was in the log before is there no more";
  const lines = all.slice(before.length).trimEnd().split("\n");
  const kinds = new Map<string, number>();
  for (const line of lines) {
    const { msg } = JSON.parse(line) as { msg: string };
    kinds.set(msg, (kinds.get(msg) ?? 0) + 1);
    if (/"stack"|\.js:\d+/.test(line)) return `a stack: ${line}`;
    if (line.length > 1000) return `a line of ${line.length} characters`;
  }
  const [kind, most] = [...kinds].sort(([, one], [, other]) => other - one)[0] ?? ["no line", 0];
  // Fewer than that would mean that it was something else that was tried.
  return most >= LINES_AT_ONCE && most <= allowed
    ? "100 short lines of a kind, then one a minute"
    : `${most} × ${kind}`;
}

const flood = (clients: number, tried: string, once: (bridge: BridgeProcess) => Promise<unknown>): Attack => ({
  row: 35,
  tried: `${clients} ${tried}`,
  answer: "100 short lines of a kind, then one a minute",
  run: () => onFreshBridge((bridge) => flooded(bridge, clients, once)),
});

const sent = (bytes: (bridge: BridgeProcess) => Buffer) => (bridge: BridgeProcess) => answerTo(bridge, bytes(bridge));

/** Opens a feed, and sends `bytes` on it. */
const onFeed =
  (bytes: Buffer) =>
  async (bridge: BridgeProcess): Promise<void> => {
    const socket = await openFeed(bridge);
    const over = untilClosed(socket);
    socket.end(bytes);
    await over;
  };

const floods: readonly Attack[] = [
  flood(400, "connections that break the WebSocket protocol", onFeed(frame(0x83))),
  flood(200, "panes that send a message", onFeed(frame(0x81, Buffer.from("x")))),
  flood(200, "panes that come and go", onFeed(frame(0x88, Buffer.from([0x03, 0xe8])))),
  flood(
    200,
    "refused requests with control characters in every header",
    sent((bridge) =>
      bytesOf(
        plain(bridge, `/%${"\u0085".repeat(500)}`, { Host: "\u0085".repeat(2000), Origin: "\u0085".repeat(2000) }),
      ),
    ),
  ),
  flood(
    200,
    "requests that are no HTTP",
    sent(() => Buffer.from("\u0085\r\n\r\n", "latin1")),
  ),
  flood(200, "TLS handshakes that fail", ({ port }) => {
    const socket = connectTcp({ host: "127.0.0.1", port });
    socket.write("no TLS at all\r\n");
    socket.resume();
    return ended(socket);
  }),
];

/** A request whose headers are too long: what the log says about it. */
async function oversized(bridge: BridgeProcess): Promise<string> {
  const before = bridge.logText().length;
  await answerTo(bridge, plain(bridge, "/healthz", { Cookie: `session=hunter2${"x".repeat(1 << 20)}` }));
  const written = bridge.logText().slice(before);
  if (written.includes("hunter2")) return "the cookie";
  return /"status":431,"why":"[^"]*cookies/.test(written) ? "431 and why, nothing of the cookie" : written;
}

export const programs: readonly Attack[] = [
  ...floods,
  {
    row: 23,
    tried: "what the log says about cookies of 1 MB",
    answer: "431 and why, nothing of the cookie",
    run: () => onFreshBridge(oversized),
  },
  {
    row: 22,
    tried: "at 127.0.0.1",
    answer: "exit code 1, the port and the remedy are named",
    run: () => startBeside("127.0.0.1"),
  },
  {
    row: 22,
    tried: "at ::1 alone",
    answer: "exit code 1, the port and the remedy are named",
    run: () => startBeside(OTHER_LOOPBACK),
  },
  { row: 22, tried: "and serves a pane of its own", answer: "the pane refuses its certificate", run: impostor },
  {
    row: 23,
    tried: "control characters in Origin and Host",
    answer: "escaped and cut",
    run: () =>
      onFreshBridge((bridge) =>
        logAfter(bridge, [
          bytesOf(upgrade(bridge, { Origin: 'https://evil\u009b31m\u0085{"level":30}' })),
          bytesOf(plain(bridge, "/healthz", { Host: "evil\u009b2J", Connection: "close" })),
        ]),
      ),
  },
  {
    row: 23,
    tried: "7,000 characters in each",
    answer: "escaped and cut",
    run: () =>
      onFreshBridge((bridge) =>
        logAfter(bridge, [
          bytesOf(upgrade(bridge, { Origin: "x".repeat(7000) })),
          bytesOf(plain(bridge, `/${"%2e".repeat(2000)}`, { Connection: "close" })),
        ]),
      ),
  },
  {
    row: 23,
    tried: "what the log, stdout and stderr hold",
    answer: "no secret is logged",
    run: () => onFreshBridge(secrets),
  },
];
