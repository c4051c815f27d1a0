// Rows 22, 23 and 35: another program on the port, log injection and log flooding.
import { once } from "node:events";
import { createServer } from "node:https";
import { connect as connectTcp, createServer as createTcpServer, type Server } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateCertificates } from "office-addin-dev-certs";
import { BridgeProcess } from "../../support/bridge-process.js";
import { freePort, OTHER_LOOPBACK } from "../../support/system.js";
import { createFolder, removeFolder } from "../../support/temporary-folder.js";
import { TestFeedClient } from "../../support/feed-client.js";
import type { Attack } from "./attack.js";
import {
  sendRequest,
  encodeRequest,
  waitForClose,
  encodeFrame,
  openFeed,
  plainRequest,
  readUntilClosed,
  upgradeRequest,
} from "../../support/raw-client.js";

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, "listening");
}

/** Starts a bridge whose port is in use at `host`. */
async function startBeside(host: string): Promise<string> {
  const port = await freePort();
  const holder = createTcpServer((socket) => socket.destroy());
  await listen(holder, port, host);
  const bridge = await BridgeProcess.launch({ port });
  const code = await bridge.ended;
  await bridge.stop();
  holder.close();
  const reported = bridge.stderr.includes(String(port)) && bridge.stderr.includes("--port");
  const ready = bridge.stdout.includes("Ready:");
  return `exit code ${code}, ${reported ? "the port and the fix are reported" : bridge.stderr}${ready ? ", yet ready" : ""}`;
}

/** Another program on the port serves a page with a certificate of its own. */
async function impostor(bridge: BridgeProcess): Promise<string> {
  const folder = createFolder();
  const file = (name: string): string => join(folder, name);
  await generateCertificates(file("ca.crt"), file("localhost.crt"), file("localhost.key"), 7, ["localhost"]);
  const server = createServer({ key: readFileSync(file("localhost.key")), cert: readFileSync(file("localhost.crt")) });
  await listen(server, 0, "127.0.0.1");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    await TestFeedClient.connect({ port, ca: bridge.ca });
    return "the pane trusts it";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return /CERT|SELF_SIGNED|SIGNATURE|VERIFY/.test(code) ? "the pane refuses its certificate" : code;
  } finally {
    server.close();
    removeFolder(folder);
  }
}

const CONTROL = /[^\x20-\x7e\n]/;

/** Runs `action` on a new bridge, because the log has a budget for refusals. */
async function onFreshBridge(action: (bridge: BridgeProcess) => Promise<string>): Promise<string> {
  const bridge = await BridgeProcess.start();
  try {
    return await action(bridge);
  } finally {
    await bridge.stop();
  }
}

/** Whether the log lines of `requests` are safe to show in a terminal. */
async function logAfter(bridge: BridgeProcess, requests: readonly Buffer[]): Promise<string> {
  const before = bridge.logText().length;
  for (const request of requests) await sendRequest(bridge, request);
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
  await sendRequest(
    bridge,
    plainRequest(bridge, "/healthz", { Authorization: "Bearer hunter2", Cookie: "session=hunter2" }),
  );
  await sendRequest(bridge, upgradeRequest(bridge, { Origin: "null", Cookie: "session=hunter2" }));
  const key = readFileSync(join(bridge.dataDirectory, "certificates", "localhost.key"), "utf8");
  const output = bridge.logText() + bridge.stdout + bridge.stderr;
  const body = key.split("\n")[1] ?? key;
  return output.includes(body) || output.includes("PRIVATE KEY") || output.includes("hunter2")
    ? "a secret"
    : "no secret is logged";
}

/** The bridge's budget for log lines: 100 of each kind, then one a minute. */
const LINES_AT_ONCE = 100;
const LINE_EVERY_MS = 60_000;
const SIDE_BY_SIDE = 20;

/** The log lines of `clients` identical clients, on a bridge that has logged none of the kind. */
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
  if (!all.startsWith(before)) return "earlier log lines are lost";
  const lines = all.slice(before.length).trimEnd().split("\n");
  const kinds = new Map<string, number>();
  for (const line of lines) {
    const { msg } = JSON.parse(line) as { msg: string };
    kinds.set(msg, (kinds.get(msg) ?? 0) + 1);
    if (/"stack"|\.js:\d+/.test(line)) return `a stack: ${line}`;
    if (line.length > 1000) return `a line of ${line.length} characters`;
  }
  const [kind, most] = [...kinds].sort(([, one], [, other]) => other - one)[0] ?? ["no line", 0];
  // Fewer lines would mean that another code path was tested.
  return most >= LINES_AT_ONCE && most <= allowed
    ? "100 short lines of a kind, then one a minute"
    : `${most} × ${kind}`;
}

const flood = (clients: number, attempt: string, once: (bridge: BridgeProcess) => Promise<unknown>): Attack => ({
  row: 35,
  attempt: `${clients} ${attempt}`,
  response: "100 short lines of a kind, then one a minute",
  run: () => onFreshBridge((bridge) => flooded(bridge, clients, once)),
});

const sent = (bytes: (bridge: BridgeProcess) => Buffer) => (bridge: BridgeProcess) =>
  sendRequest(bridge, bytes(bridge));

/** Opens a feed and sends `bytes` on it. */
const onFeed =
  (bytes: Buffer) =>
  async (bridge: BridgeProcess): Promise<void> => {
    const socket = await openFeed(bridge);
    const over = readUntilClosed(socket);
    socket.end(bytes);
    await over;
  };

const floods: readonly Attack[] = [
  flood(400, "connections that break the WebSocket protocol", onFeed(encodeFrame(0x83))),
  flood(200, "panes that send a message", onFeed(encodeFrame(0x81, Buffer.from("x")))),
  flood(200, "panes that connect and disconnect", onFeed(encodeFrame(0x88, Buffer.from([0x03, 0xe8])))),
  flood(
    200,
    "refused requests with control characters in every header",
    sent((bridge) =>
      encodeRequest(
        plainRequest(bridge, `/%${"\u0085".repeat(500)}`, {
          Host: "\u0085".repeat(2000),
          Origin: "\u0085".repeat(2000),
        }),
      ),
    ),
  ),
  flood(
    200,
    "requests that are not HTTP",
    sent(() => Buffer.from("\u0085\r\n\r\n", "latin1")),
  ),
  flood(200, "TLS handshakes that fail", ({ port }) => {
    const socket = connectTcp({ host: "127.0.0.1", port });
    socket.write("no TLS at all\r\n");
    socket.resume();
    return waitForClose(socket);
  }),
];

/** What is logged about a request whose headers are too long. */
async function oversized(bridge: BridgeProcess): Promise<string> {
  const before = bridge.logText().length;
  await sendRequest(bridge, plainRequest(bridge, "/healthz", { Cookie: `session=hunter2${"x".repeat(1 << 20)}` }));
  const written = bridge.logText().slice(before);
  if (written.includes("hunter2")) return "the cookie";
  return /"status":431,"why":"[^"]*cookies/.test(written) ? "431 and why, nothing of the cookie" : written;
}

export const portAndLogAttacks: readonly Attack[] = [
  ...floods,
  {
    row: 23,
    attempt: "the log line about cookies of 1 MB",
    response: "431 and why, nothing of the cookie",
    run: () => onFreshBridge(oversized),
  },
  {
    row: 22,
    attempt: "at 127.0.0.1",
    response: "exit code 1, the port and the fix are reported",
    run: () => startBeside("127.0.0.1"),
  },
  {
    row: 22,
    attempt: "at ::1 alone",
    response: "exit code 1, the port and the fix are reported",
    run: () => startBeside(OTHER_LOOPBACK),
  },
  { row: 22, attempt: "that serves a pane of its own", response: "the pane refuses its certificate", run: impostor },
  {
    row: 23,
    attempt: "control characters in Origin and Host",
    response: "escaped and cut",
    run: () =>
      onFreshBridge((bridge) =>
        logAfter(bridge, [
          encodeRequest(upgradeRequest(bridge, { Origin: 'https://evil\u009b31m\u0085{"level":30}' })),
          encodeRequest(plainRequest(bridge, "/healthz", { Host: "evil\u009b2J", Connection: "close" })),
        ]),
      ),
  },
  {
    row: 23,
    attempt: "7,000 characters in each",
    response: "escaped and cut",
    run: () =>
      onFreshBridge((bridge) =>
        logAfter(bridge, [
          encodeRequest(upgradeRequest(bridge, { Origin: "x".repeat(7000) })),
          encodeRequest(plainRequest(bridge, `/${"%2e".repeat(2000)}`, { Connection: "close" })),
        ]),
      ),
  },
  {
    row: 23,
    attempt: "secrets in the log, stdout and stderr",
    response: "no secret is logged",
    run: () => onFreshBridge(secrets),
  },
];
