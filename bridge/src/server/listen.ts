/** Listens on the loopback addresses, and on no other. */
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { codeOf, messageOf, UserError } from "../user-error.js";

/** Both, because "localhost" can mean either. */
const ADDRESSES = ["127.0.0.1", "::1"] as const;
/** Errors on a machine without IPv6, where "localhost" does not mean ::1. */
const ABSENT = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

/** The port is in use by any program. */
export class PortTaken extends UserError {
  constructor(port: number, cause: unknown) {
    super(
      `port ${String(port)} is taken by another program`,
      "End that program, or choose another port with --port <number>.",
      { cause },
    );
  }
}

/**
 * Listens with one server per address, all on one port; 0 is any free port. Returns the port and the servers.
 * Throws PortTaken or another UserError; then nothing listens.
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
      } catch (error) {
        const code = codeOf(error) ?? "";
        if (address === "::1" && ABSENT.has(code)) continue;
        throw failureOf(error, code, address, found);
      }
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
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

function failureOf(error: unknown, code: string, address: string, port: number): UserError {
  if (meansTaken(code)) return new PortTaken(port, error);
  return new UserError(
    `${address} port ${String(port)} cannot be listened on (${code === "" ? messageOf(error) : code})`,
    "Choose another port with --port <number>.",
    { cause: error },
  );
}

/**
 * Windows returns EACCES for a port that another program uses exclusively, or that is reserved for virtual machines.
 * https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse
 */
export function meansTaken(code: string, platform: NodeJS.Platform = process.platform): boolean {
  return code === "EADDRINUSE" || (code === "EACCES" && platform === "win32");
}
