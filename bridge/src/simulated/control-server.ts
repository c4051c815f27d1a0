/** The control socket: takes one line from each connection, and answers one line. */
import { rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { codeOf, describe, Failure } from "../failure.js";
import { failed, formatAnswer, type Answer } from "./answer.js";
import { isAnswering } from "./control-client.js";

const MAX_LINE = 200;
const LINE_MS = 5000;
const MAX_CONNECTIONS = 16;

export interface ControlServer {
  /** Ends all connections and removes the socket. Idempotent. */
  close(): Promise<void>;
}

/** Listens on `address`. Throws a Failure when another bridge of this home does so already. */
export async function serveControl(address: string, obey: (line: string) => Promise<Answer>): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    void converse(socket, obey);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, address);
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        // Node removes the socket's file when it closes.
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function listen(server: Server, address: string): Promise<void> {
  try {
    await tryListen(server, address);
  } catch (thrown) {
    // A crashed bridge leaves its socket's file behind, and nobody answers there.
    if (codeOf(thrown) === "EADDRINUSE" && !(await isAnswering(address))) {
      await rm(address, { force: true });
      return tryListen(server, address);
    }
    throw new Failure(
      `commands for the simulated Outlook cannot be taken at ${address} (${codeOf(thrown) ?? describe(thrown)})`,
      "End the other bridge of this home first.",
      { cause: thrown },
    );
  }
}

function tryListen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function converse(socket: Socket, obey: (line: string) => Promise<Answer>): Promise<void> {
  socket.on("error", () => socket.destroy());
  const line = await readLine(socket);
  const answer =
    line === undefined ? failed(`a command is one line of at most ${MAX_LINE} characters`) : await obey(line);
  socket.end(`${formatAnswer(answer)}\n`);
}

function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    let read = "";
    const done = (line: string | undefined): void => {
      clearTimeout(late);
      socket.off("data", onData);
      socket.resume();
      resolve(line);
    };
    const onData = (chunk: Buffer): void => {
      read += chunk.toString("utf8");
      const end = read.indexOf("\n");
      if (end >= 0 && end <= MAX_LINE) done(read.slice(0, end).trimEnd());
      else if (read.length > MAX_LINE) done(undefined);
    };
    const late = setTimeout(() => {
      done(undefined);
    }, LINE_MS);
    socket.on("data", onData);
    socket.once("close", () => {
      done(undefined);
    });
  });
}
