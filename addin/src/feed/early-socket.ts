import type { Socket } from "./world.js";

declare global {
  interface Window {
    /** What early-feed.js has left, until it is taken. */
    outlookOfflineStateEarly?: Early | undefined;
  }
}

interface Early {
  readonly socket: WebSocket;
  /** What has come already. */
  readonly heard: readonly MessageEvent<unknown>[];
}

type OnMessage = (event: { readonly data: unknown }) => void;
type OnClose = (event: { readonly code: number }) => void;

/** The socket that was opened before this script was here; null when there is none, or it has closed meanwhile. */
export function takeEarlySocket(): Socket | null {
  const early = window.outlookOfflineStateEarly;
  window.outlookOfflineStateEarly = undefined;
  if (early === undefined || early.socket.readyState > WebSocket.OPEN) return null;
  early.socket.onmessage = null;
  return new EarlySocket(early);
}

/** Tells its listener first what came before there was one. */
class EarlySocket implements Socket {
  readonly #early: Early;

  constructor(early: Early) {
    this.#early = early;
  }

  addEventListener(type: "message", listener: OnMessage): void;
  addEventListener(type: "close", listener: OnClose): void;
  addEventListener(...[type, listener]: ["message", OnMessage] | ["close", OnClose]): void {
    const { socket, heard } = this.#early;
    if (type === "close") {
      socket.addEventListener(type, listener);
      return;
    }
    socket.addEventListener(type, listener);
    for (const event of heard) listener(event);
  }

  close(): void {
    this.#early.socket.close();
  }
}
