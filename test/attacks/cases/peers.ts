// Rows 10 to 12: peers and addresses that must not be served.
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { BridgeProcess } from "../../support/bridge-process.js";
import { OTHER_LOOPBACK } from "../../support/system.js";
import { compileShim } from "../../support/shim.js";
import { sendAsOtherUser } from "../../support/other-user.js";
import type { Attack } from "./attack.js";
import {
  sendRequest,
  encodeRequest,
  parseResponse,
  plainRequest,
  upgradeRequest,
  type Request,
} from "../../support/raw-client.js";

async function responseToOtherUser(bridge: BridgeProcess, request: Request, host?: string): Promise<string> {
  const response = parseResponse(await sendAsOtherUser(bridge, encodeRequest(request), host));
  return response.body.includes("the peer is not a process of this user")
    ? response.status
    : `${response.status} ${response.body}`;
}

/** Runs against a bridge on a system that does not report the owner of a connection. */
async function withoutOwnerLookup(request: (bridge: BridgeProcess) => Request): Promise<string> {
  const blind = await BridgeProcess.start({ env: { LD_PRELOAD: compileShim("blind") } });
  try {
    const { status, body } = await sendRequest(blind, request(blind));
    return body.includes("the peer is not a process of this user") ? status : `${status} ${body}`;
  } finally {
    await blind.stop();
  }
}

/** The non-loopback addresses of this machine on which the port is reachable. */
async function reachable(port: number): Promise<string> {
  const beyond = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address, scopeid }) => (scopeid === undefined || scopeid === 0 ? address : `${address}%${scopeid}`));
  const open: string[] = [];
  for (const host of [...beyond, "127.0.0.2"]) {
    const socket = connect({ host, port });
    const connected = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (connected) open.push(host);
  }
  return open.length === 0 ? "nothing listens there" : open.join(" ");
}

export const otherUserAttacks: readonly Attack[] = [
  {
    row: 10,
    attempt: "an upgrade with every header right",
    response: "403",
    run: (bridge) => responseToOtherUser(bridge, upgradeRequest(bridge)),
  },
  {
    row: 10,
    attempt: "GET /healthz",
    response: "403",
    run: (bridge) => responseToOtherUser(bridge, plainRequest(bridge, "/healthz")),
  },
  {
    row: 10,
    attempt: "GET /history",
    response: "403",
    run: (bridge) => responseToOtherUser(bridge, plainRequest(bridge, "/history")),
  },
  {
    row: 10,
    attempt: "GET /taskpane.html",
    response: "403",
    run: (bridge) => responseToOtherUser(bridge, plainRequest(bridge, "/taskpane.html")),
  },
  {
    row: 10,
    attempt: "an upgrade over IPv6",
    response: "403",
    run: (bridge) => responseToOtherUser(bridge, upgradeRequest(bridge), OTHER_LOOPBACK),
  },
  {
    row: 10,
    attempt: "GET /healthz over IPv6",
    response: "403",
    run: (bridge) => responseToOtherUser(bridge, plainRequest(bridge, "/healthz"), OTHER_LOOPBACK),
  },
];

export const peerAttacks: readonly Attack[] = [
  {
    row: 11,
    attempt: "an upgrade with every header right",
    response: "403",
    run: () => withoutOwnerLookup(upgradeRequest),
  },
  {
    row: 12,
    attempt: "every other address of the machine",
    response: "nothing listens there",
    run: ({ port }) => reachable(port),
  },
];
