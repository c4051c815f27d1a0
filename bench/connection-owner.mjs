// @ts-check
// Measures how long the native module takes to find the user that owns a loopback connection, in microseconds from JavaScript to the
// kernel and back: `node bench/connection-owner.mjs [number of other connections, 1000 by default]`.
import { createRequire } from "node:module";
import net from "node:net";

/** @typedef {{ address: string, port: number }} End */
/** @typedef {{ peerOfConnection(local: End, remote: End): Promise<{ sameUser: boolean, why?: string }> }} Module */

const LOOKUPS = 5000;
const others = Number(process.argv[2] ?? "1000");
if (!Number.isInteger(others) || others < 0) {
  throw new Error(`The number of other connections must be 0 or more, not "${process.argv[2]}".`);
}

/** @type {Module} */
const native = createRequire(import.meta.url)("../build/Release/offline_state.node");

for (const host of ["127.0.0.1", "::1"]) {
  const { server, sockets, accepted } = await connect(host, others + 1);
  const socket = accepted[Math.floor(accepted.length / 2)];
  if (socket === undefined) throw new Error("no connection was established");
  const times = await measure(socket);
  const at = (/** @type {number} */ quantile) => String(Math.round(times[Math.floor(quantile * (LOOKUPS - 1))] ?? 0));
  console.log(
    `${host} with ${String(others)} other connections: median ${at(0.5)} us, p99 ${at(0.99)} us, worst ${at(1)} us`,
  );
  for (const one of [...sockets, ...accepted]) one.destroy();
  server.close();
}

/** @param {net.Socket} socket */
async function measure(socket) {
  const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket;
  const times = new Float64Array(LOOKUPS);
  for (let index = -100; index < LOOKUPS; index += 1) {
    const begin = process.hrtime.bigint();
    const { sameUser, why } = await native.peerOfConnection(
      { address: localAddress, port: localPort },
      { address: remoteAddress, port: remotePort },
    );
    const elapsed = Number(process.hrtime.bigint() - begin) / 1000;
    if (!sameUser) throw new Error(`the benchmark's own connection was refused: ${why ?? ""}`);
    if (index >= 0) times[index] = elapsed;
  }
  return times.sort();
}

/**
 * @param {string} host
 * @param {number} count
 */
async function connect(host, count) {
  /** @type {net.Socket[]} */
  const accepted = [];
  const server = net.createServer((socket) => accepted.push(socket));
  await new Promise((resolve) => server.listen(0, host, () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  /** @type {net.Socket[]} */
  const sockets = [];
  while (sockets.length < count) {
    const socket = net.connect(address.port, host);
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    sockets.push(socket);
  }
  while (accepted.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
  return { server, sockets, accepted };
}
