/** Listens on the loopback addresses, and on no other. */
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { codeOf, describe, Failure } from "../failure.js";

/** Both, because "localhost" may mean either one. */
const ADDRESSES = ["127.0.0.1", "::1"] as const;
/** The machine, or its kernel, has no IPv6: then nobody is sent there. */
const ABSENT = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

/** The port is in use, by whomever. */
export class PortTaken extends Failure {
  constructor(port: number, cause: unknown) {
    super(
      `port ${String(port)} is taken by another program`,
      "End that program, or choose another port with --port <number>.",
      { cause },
    );
  }
}

/**
 * Has one of `servers` listen on each address, all on one port; port 0 takes any free one. Returns the port.
 * Throws PortTaken or another Failure, and then nothing listens.
 */
export async function listenOnLoopback(
  create: () => Server,
  port: number,
): Promise<{ port: number; servers: Server[] }> {
  const servers: Server[] = [];
  let found = port;
  try {
    for (const address of ADDRESSES) {
      const server = create();
      try {
        found = await listen(server, address, found);
        servers.push(server);
      } catch (thrown) {
        const code = codeOf(thrown) ?? "";
        if (address === "::1" && ABSENT.has(code)) continue;
        throw failureOf(thrown, code, address, found);
      }
    }
  } catch (thrown) {
    for (const server of servers) server.close();
    throw thrown;
  }
  return { port: found, servers };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", reject);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  return address.port;
}

function failureOf(thrown: unknown, code: string, address: string, port: number): Failure {
  if (meansTaken(code)) return new PortTaken(port, thrown);
  return new Failure(
    `${address} port ${String(port)} cannot be listened on (${code === "" ? describe(thrown) : code})`,
    "Choose another port with --port <number>.",
    { cause: thrown },
  );
}

/**
 * Windows answers EACCES for a port that another program has for itself alone, or that it keeps for virtual machines.
 * https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse
 */
export function meansTaken(code: string, platform: NodeJS.Platform = process.platform): boolean {
  return code === "EADDRINUSE" || (code === "EACCES" && platform === "win32");
}
