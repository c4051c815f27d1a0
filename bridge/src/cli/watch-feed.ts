/** A client of the feed for the command line. */
import { WebSocket } from "ws";
import {
  CLIENT_HEADER,
  FEED_PATH,
  OBSERVER,
  parseFeedMessage,
  SUBPROTOCOL,
  type Status,
} from "../../../shared/src/contract.js";
import type { DataDirectory } from "../data-directory.js";
import { connectionOptions, hostOf, readAuthority } from "../instance/health-client.js";

/** Without a message for this many heartbeat intervals, the bridge does not respond. */
const MAX_SILENT_HEARTBEATS = 2.5;
const HANDSHAKE_TIMEOUT_MS = 5000;
const MAX_MESSAGE_BYTES = 65_536;

/**
 * Calls `onStatus` with the snapshot and each change. Resolves when the connection has ended: with the reason, without a full
 * stop, or with undefined if `close` or `signal` ended it. Never rejects.
 */
export function watchFeed(
  dataDirectory: DataDirectory,
  port: number,
  onStatus: (status: Status, close: () => void) => void,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const authority = readAuthority(dataDirectory);
  if (!("ca" in authority)) return Promise.resolve(authority.reason);
  return new Promise((resolve) => {
    const { headers, ...connection } = connectionOptions(port, authority.ca);
    const socket = new WebSocket(`wss://127.0.0.1:${port}${FEED_PATH}`, [SUBPROTOCOL], {
      ...connection,
      headers: { ...headers, [CLIENT_HEADER]: OBSERVER },
      origin: `https://${hostOf(port)}`,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    });
    let reason: string | undefined = "the connection ended";
    let timeout: NodeJS.Timeout | undefined;
    let timeoutMs = 0;
    const close = (): void => {
      reason = undefined;
      socket.close();
    };
    const restartTimeout = (): void => {
      clearTimeout(timeout);
      if (timeoutMs === 0) return;
      timeout = setTimeout(() => {
        reason = `no message for ${Math.round(timeoutMs / 1000)} s`;
        socket.terminate();
      }, timeoutMs);
    };
    signal?.addEventListener("abort", close, { once: true });
    socket.on("message", (data, isBinary) => {
      const text = Buffer.isBuffer(data) && !isBinary ? data.toString("utf8") : undefined;
      const validated = parseFeedMessage(text);
      if (validated.kind !== "message") {
        reason = "version mismatch";
        socket.close();
        return;
      }
      const { message } = validated;
      if (message.type === "snapshot") timeoutMs = message.heartbeatMs * MAX_SILENT_HEARTBEATS;
      restartTimeout();
      if (message.type !== "heartbeat") onStatus(message, close);
    });
    socket.on("unexpected-response", (request, response) => {
      reason = `it refuses the feed (HTTP ${response.statusCode ?? 0})`;
      request.destroy();
      socket.terminate();
    });
    socket.on("error", (error) => {
      if (reason === "the connection ended") reason = error.message;
    });
    socket.on("close", () => {
      clearTimeout(timeout);
      signal?.removeEventListener("abort", close);
      resolve(reason);
    });
  });
}
