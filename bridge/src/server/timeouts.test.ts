// Node's own timeouts, as the server uses them.
import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectClient, startInProcessBridge } from "../../../test/support/in-process-bridge.js";
import type { BridgeOptions } from "../bridge.js";
import type { Limits } from "./limits.js";
import type { PeerCheck } from "./peer-check.js";

/** A TLS connection to a bridge with these limits, and everything that it received when it has ended. */
async function connectTo(
  limits: Partial<Limits>,
  more: Partial<BridgeOptions> = {},
): Promise<{ socket: TLSSocket; get: string; received: () => string; ended: Promise<string> }> {
  const { bridge, ca } = await startInProcessBridge({ limits: { timeoutCheckMs: 50, ...limits }, ...more });
  const socket = connect({ host: "127.0.0.1", port: bridge.port, ca, servername: "localhost" });
  await once(socket, "secureConnect");
  onTestFinished(() => {
    socket.destroy();
  });
  let text = "";
  socket.on("data", (piece: Buffer) => (text += piece.toString()));
  socket.on("error", () => undefined);
  // Not by once(), which rejects if the connection is reset.
  const ended = new Promise<string>((resolve) => {
    socket.once("close", () => {
      resolve(text);
    });
  });
  const get = `GET /healthz HTTP/1.1\r\nHost: localhost:${bridge.port}\r\n`;
  return { socket, get, received: () => text, ended };
}

/** Writes `piece` every 20 ms until the connection ends. */
function drip(socket: TLSSocket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 20);
  socket.once("close", () => {
    clearInterval(timer);
  });
}

describe("the server's timeouts", () => {
  it("refuse a connection that sends nothing with 408", async () => {
    const { ended } = await connectTo({ headersMs: 50 });
    expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("refuse headers that never end with 408, however often one is sent", async () => {
    const { socket, get, ended } = await connectTo({ headersMs: 200 });
    socket.write(get);
    drip(socket, "X: 1\r\n");
    expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("close a connection whose request has a body that never ends", async () => {
    const { socket, get, ended } = await connectTo({ headersMs: 200, requestMs: 200 });
    socket.write(`${get}Content-Length: 1000000\r\n\r\n`);
    drip(socket, "x");
    expect(await ended).toMatch(/^HTTP\/1\.1 400 /);
  });

  it("close an idle connection after a response", async () => {
    const { socket, get, ended } = await connectTo({ keepAliveMs: 100 });
    socket.write(`${get}\r\n`);
    expect(await ended).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("apply to the next request on a connection too", async () => {
    const { socket, get, received, ended } = await connectTo({ headersMs: 200, requestMs: 400, keepAliveMs: 60_000 });
    socket.write(`${get}\r\n`);
    await expect.poll(received, { timeout: 30_000 }).toMatch(/\}$/);
    socket.write(get);
    drip(socket, "X: 1\r\n");
    expect(await ended).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 408 /);
  });

  it("do not close a connection that sends complete requests in time", async () => {
    const { socket, get, received } = await connectTo({ headersMs: 1000, requestMs: 2000 });
    for (let times = 1; times <= 3; times += 1) {
      socket.write(`${get}\r\n`);
      await expect.poll(() => received().split("HTTP/1.1 200").length - 1, { timeout: 30_000 }).toBe(times);
      await sleep(400);
    }
    expect(socket.destroyed).toBe(false);
  });

  it("do not apply to a complete request, however long its response takes", async () => {
    const slowly: PeerCheck = async () => {
      await sleep(1000);
      return { trusted: true };
    };
    const { socket, get, received } = await connectTo({ headersMs: 200, requestMs: 200 }, { peer: slowly });
    socket.write(`${get}\r\n`);
    await expect.poll(received, { timeout: 30_000 }).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("do not apply to a connection that was upgraded", async () => {
    const fixture = await startInProcessBridge({ limits: { timeoutCheckMs: 50, headersMs: 300, requestMs: 300 } });
    const { socket } = await connectClient(fixture);
    await sleep(1000);
    expect(socket.readyState).toBe(socket.OPEN);
  });
});
