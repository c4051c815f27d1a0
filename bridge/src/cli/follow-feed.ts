/** Follows the feed of a running bridge from the command line. */
import { WebSocket } from "ws";
import { FEED_PATH, SUBPROTOCOL, type Present } from "../../../shared/src/protocol.js";
import { validateFrame } from "../../../shared/src/validate.js";
import type { FoundBridge } from "../instance/find.js";

/** Calls `onPresent` with the snapshot and each change. Resolves when the connection has ended. Never rejects. */
export function followFeed(
  { port, ca }: FoundBridge,
  onPresent: (present: Present, leave: () => void) => void,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const authority = port === 443 ? "localhost" : `localhost:${port}`;
    const socket = new WebSocket(`wss://${authority}${FEED_PATH}`, [SUBPROTOCOL], {
      ca,
      origin: `https://${authority}`,
      handshakeTimeout: 2000,
      maxPayload: 65_536,
      perMessageDeflate: false,
    });
    const leave = (): void => {
      socket.close();
    };
    signal?.addEventListener("abort", leave, { once: true });
    socket.on("message", (data, isBinary) => {
      const text = Buffer.isBuffer(data) && !isBinary ? data.toString("utf8") : undefined;
      const validated = validateFrame(text);
      if (validated.kind !== "message") leave();
      else if (validated.message.type !== "heartbeat") onPresent(validated.message, leave);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      signal?.removeEventListener("abort", leave);
      resolve();
    });
  });
}
