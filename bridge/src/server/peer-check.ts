/** Who is at the other end of a connection: the operating system is asked, never the peer. */
import * as v from "valibot";
import type { NativeModule } from "../../native/index.js";

/** The two ends of a connection; a net.Socket is one. */
export interface PeerConnection {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  /** Whether it has ended. */
  readonly destroyed?: boolean | undefined;
}

export type PeerVerdict = { readonly trusted: true } | { readonly trusted: false; readonly why: string };

/** Determines whether the peer is trusted. If it rejects, the peer is not. */
export type PeerCheck = (connection: PeerConnection) => Promise<PeerVerdict>;

/** A check that takes longer has failed, milliseconds. */
export const PEER_CHECK_TIMEOUT_MS = 2000;

/**
 * Pauses before the system is asked again about a connection that it does not list (yet), milliseconds. Tables of connections
 * are not read atomically, and some systems list a new connection only after a moment.
 */
export const RETRY_MS: readonly number[] = [2, 5, 10, 20, 40, 80];

const UNKNOWN_PEER: PeerVerdict = { trusted: false, why: "the connection is not known" };

const ownerSchema = v.variant("sameUser", [
  v.object({ sameUser: v.literal(true) }),
  v.object({ sameUser: v.literal(false), found: v.boolean(), why: v.string() }),
]);

/** The product's check: the process at the other end must run as the user of this process. */
export function sameUser(native: Pick<NativeModule, "peerOfConnection">): PeerCheck {
  return async (connection) => {
    for (let attempt = 0; ; attempt += 1) {
      const { localAddress, localPort, remoteAddress, remotePort } = connection;
      if (
        localAddress === undefined ||
        localPort === undefined ||
        remoteAddress === undefined ||
        remotePort === undefined
      )
        return { trusted: false, why: "the connection has ended" };
      const local = { address: localAddress, port: localPort };
      const remote = { address: remoteAddress, port: remotePort };
      // Validated, because anything else must not be trusted.
      const owner = v.parse(ownerSchema, await native.peerOfConnection(local, remote));
      if (owner.sameUser) return { trusted: true };
      const pauseMs = RETRY_MS[attempt];
      if (owner.found || pauseMs === undefined || connection.destroyed === true)
        return { trusted: false, why: owner.why };
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
}

/** Checks the peer of each connection once, when it is accepted, for all of its requests. */
export class PeerTracker {
  readonly #check: PeerCheck;
  // By addresses and ports, because the socket of a TLS connection is another object than the accepted one.
  readonly #verdicts = new Map<string, Promise<PeerVerdict>>();

  constructor(check: PeerCheck) {
    this.#check = check;
  }

  /** Starts the check of a new connection. `verdict` never rejects. Call `untrack` when the connection has ended. */
  track(connection: PeerConnection): { readonly verdict: Promise<PeerVerdict>; readonly untrack: () => void } {
    const key = keyOf(connection);
    const verdict = runCheck(this.#check, connection);
    this.#verdicts.set(key, verdict);
    return {
      verdict,
      untrack: () => {
        // A new connection may have the same addresses and ports by now.
        if (this.#verdicts.get(key) === verdict) this.#verdicts.delete(key);
      },
    };
  }

  /** The verdict on a tracked connection; not trusted if it is not tracked. Never rejects. */
  async verdictOn(connection: PeerConnection): Promise<PeerVerdict> {
    return (await this.#verdicts.get(keyOf(connection))) ?? UNKNOWN_PEER;
  }
}

function keyOf({ localAddress, localPort, remoteAddress, remotePort }: PeerConnection): string {
  return [localAddress, localPort, remoteAddress, remotePort].map(String).join(" ");
}

/** Fails closed. Never rejects. */
async function runCheck(check: PeerCheck, connection: PeerConnection): Promise<PeerVerdict> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<PeerVerdict>((resolve) => {
    timer = setTimeout(() => {
      resolve({ trusted: false, why: "the peer could not be determined in time" });
    }, PEER_CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check(connection), timeout]);
  } catch {
    return { trusted: false, why: "the peer could not be determined" };
  } finally {
    clearTimeout(timer);
  }
}
