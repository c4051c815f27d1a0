/** Who is at the other end of a connection: asked of the operating system, never of the peer. */

/** The ends of a connection; a net.Socket is one. */
export interface PeerConnection {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  /** Whether it has ended. */
  readonly destroyed?: boolean | undefined;
}

export type PeerVerdict = { readonly trusted: true } | { readonly trusted: false; readonly why: string };

/** Says whether the peer may be talked to. A rejection counts as no. */
export type PeerCheck = (connection: PeerConnection) => Promise<PeerVerdict>;

/** A check that has not answered by then has failed, milliseconds. */
export const PEER_CHECK_MS = 2000;

/** What `check` says of the peer; fails closed. Never rejects. */
export async function peerVerdict(check: PeerCheck, connection: PeerConnection): Promise<PeerVerdict> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PeerVerdict>((resolve) => {
    timer = setTimeout(() => {
      resolve({ trusted: false, why: "it could not be found out in time who the peer is" });
    }, PEER_CHECK_MS);
  });
  try {
    return await Promise.race([check(connection), late]);
  } catch {
    return { trusted: false, why: "it could not be found out who the peer is" };
  } finally {
    clearTimeout(timer);
  }
}
