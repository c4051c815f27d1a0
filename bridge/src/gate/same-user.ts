/** The check of the product: the process at the other end must run as the user of this one. */
import { Failure } from "../failure.js";
import type { PeerCheck } from "./peer.js";

interface End {
  readonly address: string;
  readonly port: number;
}

/** What the native module tells of a connection; see bridge/native/module/peer_of_connection.h. */
interface PeerBinding {
  peerOfConnection(local: End, remote: End): Promise<unknown>;
}

/** Throws a Failure when `native` is a module of another kind: a bridge that cannot ask must not start. */
export function sameUser(native: unknown): PeerCheck {
  if (!isPeerBinding(native)) {
    throw new Failure("the native module has no peerOfConnection()", "Run `npm run build`, which compiles it anew.");
  }
  return async ({ localAddress, localPort, remoteAddress, remotePort }) => {
    if (
      localAddress === undefined ||
      localPort === undefined ||
      remoteAddress === undefined ||
      remotePort === undefined
    ) {
      return { trusted: false, why: "the connection has ended" };
    }
    const owner = await native.peerOfConnection(
      { address: localAddress, port: localPort },
      { address: remoteAddress, port: remotePort },
    );
    if (typeof owner === "object" && owner !== null) {
      if ("sameUser" in owner && owner.sameUser === true) return { trusted: true };
      if ("why" in owner && typeof owner.why === "string") return { trusted: false, why: owner.why };
    }
    return { trusted: false, why: "the native module gave no answer" };
  };
}

function isPeerBinding(native: unknown): native is PeerBinding {
  return (
    typeof native === "object" &&
    native !== null &&
    "peerOfConnection" in native &&
    typeof native.peerOfConnection === "function"
  );
}
