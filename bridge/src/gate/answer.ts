/** How a refusal looks on the wire. */
import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Refusal } from "./rules.js";

const COMMON: Readonly<Record<string, string>> = {
  "Content-Type": "text/plain; charset=utf-8",
  "Cache-Control": "no-store",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  Connection: "close",
};

export function refuseRequest(response: ServerResponse, { status, why, headers }: Refusal): void {
  const body = `${why}\n`;
  response.writeHead(status, { ...COMMON, "Content-Length": Buffer.byteLength(body), ...headers }).end(body);
}

/**
 * Answers on a connection for which Node has no response object (an upgrade, or what it could not parse), and closes it. For `lingerMs`
 * what still comes is read and thrown away: a connection that is closed with unread bytes is reset, and its client may never see the answer.
 */
export function refuseUpgrade(socket: Duplex, { status, why, headers }: Refusal, lingerMs = 0): void {
  const body = `${why}\n`;
  const lines = Object.entries({ ...COMMON, "Content-Length": String(Buffer.byteLength(body)), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ""}\r\n${head}\r\n${body}`, () => {
    if (lingerMs === 0) socket.destroy();
  });
  if (lingerMs === 0) return;
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("close", () => {
    clearTimeout(timer);
  });
}
