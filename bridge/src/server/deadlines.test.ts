import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { Deadlines } from "./deadlines.js";

const PATIENT_MS = 60_000;
const patient = { headersMs: PATIENT_MS, requestMs: PATIENT_MS, keepAliveMs: PATIENT_MS };
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** A connection to a server that has only these deadlines, and all that came back when it has ended. */
async function connectTo(
  limits: Partial<typeof patient>,
  answer: RequestListener = (_request, response) => response.end("answered"),
): Promise<{ socket: Socket; said: () => string; ended: Promise<string> }> {
  const deadlines = new Deadlines({ ...patient, ...limits });
  const server = createServer({ headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: PATIENT_MS });
  server.on("request", (request, response) => {
    deadlines.requested(request, response);
    answer(request, response);
  });
  server.on("connection", (socket: Socket) => {
    deadlines.watch(socket);
  });
  server.on("upgrade", (_request, socket) => {
    deadlines.forget(socket);
    socket.write("upgraded");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  let text = "";
  socket.on("data", (piece: Buffer) => (text += piece.toString()));
  socket.on("error", () => undefined);
  // Not by `once`, which fails when the connection is reset: what is written just as it is ended has that effect.
  const ended = new Promise<string>((resolve) => {
    socket.once("close", () => {
      resolve(text);
    });
  });
  return { socket, said: () => text, ended };
}

/** Writes `piece` again and again until the connection ends. */
function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 20);
  socket.once("close", () => {
    clearInterval(timer);
  });
}

test("a connection that says nothing is told that it is late, and ended", async () => {
  const { ended } = await connectTo({ headersMs: 50 });
  expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
});

test("headers that never end are ended, however often one comes", async () => {
  const { socket, ended } = await connectTo({ headersMs: 200 });
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n");
  drip(socket, "X: 1\r\n");
  expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
});

test("a body that never ends is ended", async () => {
  const { socket, ended } = await connectTo({ requestMs: 200 }, () => undefined);
  socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  drip(socket, "x");
  expect(await ended).toBe("");
});

test("the next request on a connection has a limit too", async () => {
  const { socket, ended } = await connectTo({ headersMs: 2000, keepAliveMs: 100 });
  socket.write(GET);
  drip(socket, "X");
  expect(await ended).toMatch(/^HTTP\/1\.1 200 [^]*answered/);
});

test("a request that is whole is waited for, however long its answer takes", async () => {
  const { socket, said } = await connectTo({ requestMs: 20 }, (_request, response) => {
    setTimeout(() => response.end("late"), 200);
  });
  socket.write(GET);
  await expect.poll(said, { timeout: 30_000 }).toMatch(/late$/);
});

test("whoever asks again and again in time is never ended", async () => {
  const { socket, said } = await connectTo({});
  for (let times = 1; times <= 3; times += 1) {
    socket.write(GET);
    await expect.poll(() => said().split("answered").length - 1, { timeout: 30_000 }).toBe(times);
  }
  expect(socket.destroyed).toBe(false);
});

test("a connection that has become something else is left alone", async () => {
  const { socket, said } = await connectTo({ headersMs: 2000 });
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n");
  await expect.poll(said, { timeout: 30_000 }).toBe("upgraded");
  await sleep(2500);
  expect(socket.destroyed).toBe(false);
});
