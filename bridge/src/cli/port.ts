import { InvalidArgumentError } from "commander";

/** The port that the manifest names. */
export const DEFAULT_PORT = 38443;

/** For commander: a port, or an error that names what was given. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError("A port is a whole number from 1 to 65535.");
}
