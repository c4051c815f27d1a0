/** Who is at the other end of a connection: asked of the operating system, never of the peer. */
import type { Refusal } from "./rules.js";

/** The ends of a connection; a net.Socket is one. */
export interface PeerConnection {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

export type PeerVerdict = { readonly trusted: true } | { readonly trusted: false; readonly why: string };

/** Says whether the peer may be talked to. A rejection counts as no. */
export type PeerCheck = (connection: PeerConnection) => Promise<PeerVerdict>;

/** A check that has not answered by then has failed, milliseconds. */
export const PEER_CHECK_MS = 2000;

/** Undefined when every check trusts the peer; fails closed. Never rejects. */
export async function peerRefusal(
  checks: readonly PeerCheck[],
  connection: PeerConnection,
): Promise<Refusal | undefined> {
  const verdicts = await Promise.all(checks.map((check) => bounded(check, connection)));
  return verdicts.every((verdict) => verdict.trusted) ? undefined : { status: 403, why: "the peer is not trusted" };
}

async function bounded(check: PeerCheck, connection: PeerConnection): Promise<PeerVerdict> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PeerVerdict>((resolve) => {
    timer = setTimeout(() => {
      resolve({ trusted: false, why: "no answer in time" });
    }, PEER_CHECK_MS);
  });
  try {
    return await Promise.race([check(connection), late]);
  } catch {
    return { trusted: false, why: "the check failed" };
  } finally {
    clearTimeout(timer);
  }
}
