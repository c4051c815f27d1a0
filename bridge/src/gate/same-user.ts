/** The check of the product: the process at the other end must run as the user of this one. */
import { Failure } from "../failure.js";
import type { PeerCheck, PeerConnection, PeerVerdict } from "./peer.js";

interface End {
  readonly address: string;
  readonly port: number;
}

/**
 * Pauses before the system is asked again about a connection that it does not list (yet), milliseconds. Tables of connections
 * are not read in one piece, and on some systems a new connection is missing from them for a moment.
 */
export const RETRY_MS: readonly number[] = [2, 5, 10, 20, 40, 80];

/** What the native module tells of a connection; see bridge/native/module/peer_of_connection.h. */
interface PeerBinding {
  peerOfConnection(local: End, remote: End): Promise<unknown>;
}

/** Throws a Failure when `native` is a module of another kind: a bridge that cannot ask must not start. */
export function sameUser(native: unknown): PeerCheck {
  if (!isPeerBinding(native)) {
    throw new Failure("the native module has no peerOfConnection()", "Run `npm run build`, which compiles it anew.");
  }
  return async (connection) => {
    for (let attempt = 0; ; attempt += 1) {
      const { verdict, final } = await lookUp(native, connection);
      const pause = RETRY_MS[attempt];
      if (final || pause === undefined || connection.destroyed === true) return verdict;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
}

/** Asks once. Not `final` when the system does not list the connection, which may be too early. */
async function lookUp(
  native: PeerBinding,
  { localAddress, localPort, remoteAddress, remotePort }: PeerConnection,
): Promise<{ readonly verdict: PeerVerdict; readonly final: boolean }> {
  if (
    localAddress === undefined ||
    localPort === undefined ||
    remoteAddress === undefined ||
    remotePort === undefined
  ) {
    return { verdict: { trusted: false, why: "the connection has ended" }, final: true };
  }
  const owner = await native.peerOfConnection(
    { address: localAddress, port: localPort },
    { address: remoteAddress, port: remotePort },
  );
  if (typeof owner === "object" && owner !== null) {
    if ("sameUser" in owner && owner.sameUser === true) return { verdict: { trusted: true }, final: true };
    if ("why" in owner && typeof owner.why === "string") {
      const final = !("found" in owner && owner.found === false);
      return { verdict: { trusted: false, why: owner.why }, final };
    }
  }
  return { verdict: { trusted: false, why: "the native module gave no answer" }, final: true };
}

function isPeerBinding(native: unknown): native is PeerBinding {
  return (
    typeof native === "object" &&
    native !== null &&
    "peerOfConnection" in native &&
    typeof native.peerOfConnection === "function"
  );
}
