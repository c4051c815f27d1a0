/**
 * The control socket of the simulator: a local socket in the data directory (on Windows a named pipe), on which the bridge takes
 * commands from other processes. Each connection carries one command line and one response line, `ok <text>` or `error <text>`.
 */
import { rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { DATA_DIRECTORY_VARIABLE, type DataDirectory } from "../data-directory.js";
import { codeOf, messageOf, UserError } from "../user-error.js";

/** Result of a command, from the simulator process or the control socket. */
export interface CommandResult {
  readonly ok: boolean;
  readonly text: string;
}

/** The capacity of sun_path without the terminating zero: 108 bytes on Linux, 104 on macOS. */
const MAX_ADDRESS_BYTES = 103;
/** Longer than the slowest command takes. */
const RESPONSE_TIMEOUT_MS = 30_000;
const MAX_LINE_LENGTH = 200;
const LINE_TIMEOUT_MS = 5000;
const MAX_CONNECTIONS = 16;
/** Nothing listens: no file, no listener, or no pipe. */
const NOT_LISTENING = new Set(["ENOENT", "ECONNREFUSED"]);

export function parseResult(line: string): CommandResult {
  const [, word, text = ""] = /^(ok|error)(?: (.*))?$/.exec(line) ?? [];
  return word === undefined ? failed(`unexpected response: ${line.slice(0, 200)}`) : { ok: word === "ok", text };
}

function formatResult({ ok, text }: CommandResult): string {
  return `${ok ? "ok" : "error"} ${text.replaceAll(/[\r\n]+/g, " ")}`.trimEnd();
}

export function failed(text: string): CommandResult {
  return { ok: false, text };
}

/** The path of the Unix socket or the name of the pipe. Throws a UserError if the path is too long for a socket. */
export function controlAddress(dataDirectory: DataDirectory, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return `\\\\.\\pipe\\outlook-offline-state.outlook${dataDirectory.suffix}`;
  const address = join(dataDirectory.run, "outlook.sock");
  if (Buffer.byteLength(address) <= MAX_ADDRESS_BYTES) return address;
  throw new UserError(
    `the path of the data directory is too long for a socket: ${dataDirectory.path}`,
    `Set ${DATA_DIRECTORY_VARIABLE} to a folder with a shorter path.`,
  );
}

/** Sends one command to the bridge that listens on `address`. Never rejects. */
export function sendCommand(address: string, command: string): Promise<CommandResult> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(address, () => socket.write(`${command}\n`));
    socket.setTimeout(RESPONSE_TIMEOUT_MS, () => {
      socket.destroy();
      resolve(failed(`no response within ${RESPONSE_TIMEOUT_MS / 1000} s`));
    });
    socket.on("data", (chunk: Buffer) => (received += chunk.toString("utf8")));
    socket.on("error", (error) => {
      const text = NOT_LISTENING.has(codeOf(error) ?? "")
        ? "the simulator is not running; start it with `npm start -- --simulate`"
        : `cannot connect to the simulator at ${address} (${messageOf(error)})`;
      resolve(failed(text));
    });
    socket.on("close", () => {
      resolve(
        received.endsWith("\n") ? parseResult(received.trimEnd()) : failed("the connection closed without a response"),
      );
    });
  });
}

/** Whether a process listens on `address`. */
function isListening(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}

export interface ControlServer {
  /** Closes all connections and removes the socket. Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens on `address` and passes each command to `execute`.
 * @throws UserError if another bridge of this data directory listens there
 */
export async function startControlServer(
  address: string,
  execute: (line: string) => Promise<CommandResult>,
): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    void serve(socket, execute);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, address);
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        // Node removes the socket file.
        server.close(() => {
          resolve();
        });
      }),
  };
}

async function listen(server: Server, address: string): Promise<void> {
  try {
    await tryListen(server, address);
  } catch (error) {
    // A crashed bridge leaves its socket file behind.
    if (codeOf(error) === "EADDRINUSE" && !(await isListening(address))) {
      await rm(address, { force: true });
      return tryListen(server, address);
    }
    throw new UserError(
      `the control socket of the simulator is not available: ${address} (${codeOf(error) ?? messageOf(error)})`,
      "Stop the other background program of this data directory first.",
      { cause: error },
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

async function serve(socket: Socket, execute: (line: string) => Promise<CommandResult>): Promise<void> {
  socket.on("error", () => socket.destroy());
  const line = await readLine(socket);
  const result =
    line === undefined ? failed(`a command is one line of at most ${MAX_LINE_LENGTH} characters`) : await execute(line);
  socket.end(`${formatResult(result)}\n`);
}

/** Undefined if the line is too long, late or incomplete. */
function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    let received = "";
    const done = (line: string | undefined): void => {
      clearTimeout(timeout);
      socket.off("data", onData);
      socket.resume();
      resolve(line);
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.toString("utf8");
      const end = received.indexOf("\n");
      if (end >= 0 && end <= MAX_LINE_LENGTH) done(received.slice(0, end).trimEnd());
      else if (received.length > MAX_LINE_LENGTH) done(undefined);
    };
    const timeout = setTimeout(() => {
      done(undefined);
    }, LINE_TIMEOUT_MS);
    socket.on("data", onData);
    socket.once("close", () => {
      done(undefined);
    });
  });
}
