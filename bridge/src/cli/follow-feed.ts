/** Follows the feed of a running bridge from the command line. */
import { WebSocket } from "ws";
import { FEED_PATH, SUBPROTOCOL, type Present } from "../../../shared/src/protocol.js";
import { validateFrame } from "../../../shared/src/validate.js";
import { CLIENT_HEADER, OBSERVER } from "../gate/client-kind.js";
import type { Home } from "../home/home.js";
import { authorityOf, connectionOptions, readAuthority } from "../instance/client.js";

/** Two heartbeats and half of one: when none came for so long the bridge is not responding. */
const SILENT_HEARTBEATS = 2.5;
const HANDSHAKE_MS = 5000;

/**
 * Calls `onPresent` with the snapshot and each change. Resolves when the connection has ended: with why it did if that was
 * the bridge's doing, without a full stop, and with undefined if it was `leave` or `signal`. Never rejects.
 */
export function followFeed(
  home: Home,
  port: number,
  onPresent: (present: Present, leave: () => void) => void,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const authority = readAuthority(home);
  if (!("ca" in authority)) return Promise.resolve(authority.why);
  return new Promise((resolve) => {
    const { headers, ...connection } = connectionOptions(port, authority.ca);
    const socket = new WebSocket(`wss://127.0.0.1:${port}${FEED_PATH}`, [SUBPROTOCOL], {
      ...connection,
      headers: { ...headers, [CLIENT_HEADER]: OBSERVER },
      origin: `https://${authorityOf(port)}`,
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: 65_536,
      perMessageDeflate: false,
    });
    let why: string | undefined = "the connection ended";
    let silence: NodeJS.Timeout | undefined;
    let silenceMs = 0;
    const leave = (): void => {
      why = undefined;
      socket.close();
    };
    const expectMore = (): void => {
      clearTimeout(silence);
      if (silenceMs === 0) return;
      silence = setTimeout(() => {
        why = `nothing was heard from it for ${Math.round(silenceMs / 1000)} s`;
        socket.terminate();
      }, silenceMs);
    };
    signal?.addEventListener("abort", leave, { once: true });
    socket.on("message", (data, isBinary) => {
      const text = Buffer.isBuffer(data) && !isBinary ? data.toString("utf8") : undefined;
      const validated = validateFrame(text);
      if (validated.kind !== "message") {
        why = "its messages are of another version";
        socket.close();
        return;
      }
      const { message } = validated;
      if (message.type === "snapshot") silenceMs = message.heartbeatMs * SILENT_HEARTBEATS;
      expectMore();
      if (message.type !== "heartbeat") onPresent(message, leave);
    });
    socket.on("unexpected-response", (request, response) => {
      why = `it refuses the feed (HTTP ${response.statusCode ?? 0})`;
      request.destroy();
      socket.terminate();
    });
    socket.on("error", (error) => {
      if (why === "the connection ended") why = error.message;
    });
    socket.on("close", () => {
      clearTimeout(silence);
      signal?.removeEventListener("abort", leave);
      resolve(why);
    });
  });
}
