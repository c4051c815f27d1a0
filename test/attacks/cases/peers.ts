// Rows 10 to 12: connections that must not be answered because of who is at the other end, or where.
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { BridgeProcess } from "../../support/bridge-process.js";
import { OTHER_LOOPBACK } from "../../support/loopback.js";
import { shim } from "../../support/shim.js";
import { answerToStranger } from "../../support/stranger.js";
import type { Attack } from "../attack.js";
import { answerTo, bytesOf, parse, plain, upgrade, type Request } from "../wire.js";

async function asStranger(bridge: BridgeProcess, request: Request, host?: string): Promise<string> {
  const answer = parse(await answerToStranger(bridge, bytesOf(request), host));
  return answer.body.includes("the peer is not trusted") ? answer.status : `${answer.status} ${answer.body}`;
}

/** A bridge on a system that does not tell whose a connection is. */
async function onBlindSystem(request: (bridge: BridgeProcess) => Request): Promise<string> {
  const blind = await BridgeProcess.start({ env: { LD_PRELOAD: shim("blind") } });
  try {
    const { status, body } = await answerTo(blind, request(blind));
    return body.includes("the peer is not trusted") ? status : `${status} ${body}`;
  } finally {
    await blind.stop();
  }
}

/** Every address of this machine on which the port can be reached, among those that are not ours. */
async function reachable(port: number): Promise<string> {
  const beyond = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address, scopeid }) => (scopeid === undefined || scopeid === 0 ? address : `${address}%${scopeid}`));
  const open: string[] = [];
  for (const host of [...beyond, "127.0.0.2"]) {
    const socket = connect({ host, port });
    const answered = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) open.push(host);
  }
  return open.length === 0 ? "nothing listens there" : open.join(" ");
}

export const strangers: readonly Attack[] = [
  {
    row: 10,
    tried: "an upgrade with every header right",
    answer: "403",
    run: (bridge) => asStranger(bridge, upgrade(bridge)),
  },
  { row: 10, tried: "GET /healthz", answer: "403", run: (bridge) => asStranger(bridge, plain(bridge, "/healthz")) },
  { row: 10, tried: "GET /history", answer: "403", run: (bridge) => asStranger(bridge, plain(bridge, "/history")) },
  {
    row: 10,
    tried: "GET /taskpane.html",
    answer: "403",
    run: (bridge) => asStranger(bridge, plain(bridge, "/taskpane.html")),
  },
  {
    row: 10,
    tried: "an upgrade over IPv6",
    answer: "403",
    run: (bridge) => asStranger(bridge, upgrade(bridge), OTHER_LOOPBACK),
  },
  {
    row: 10,
    tried: "GET /healthz over IPv6",
    answer: "403",
    run: (bridge) => asStranger(bridge, plain(bridge, "/healthz"), OTHER_LOOPBACK),
  },
];

export const peers: readonly Attack[] = [
  { row: 11, tried: "an upgrade with every header right", answer: "403", run: () => onBlindSystem(upgrade) },
  {
    row: 12,
    tried: "every other address of the machine",
    answer: "nothing listens there",
    run: ({ port }) => reachable(port),
  },
];
