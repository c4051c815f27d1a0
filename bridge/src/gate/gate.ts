/**
 * The gate: decides who may connect, before a state byte goes out. Its table is rules.ts; this asks once per connection
 * who the peer is, and once per request what the table says.
 */
import type { RequestFacts } from "./facts.js";
import { peerVerdict, type PeerCheck, type PeerConnection, type PeerVerdict } from "./peer.js";
import { judge, type Refusal, type Surroundings } from "./rules.js";

export interface GateOptions extends Surroundings {
  readonly peer: PeerCheck;
}

export interface Gate {
  /**
   * A connection has been accepted: begins to find out who the peer is, before it has said anything. Resolves with the
   * answer; never rejects. `connection` is forgotten by calling `forget` once it has ended.
   */
  readonly meet: (connection: PeerConnection) => {
    readonly verdict: Promise<PeerVerdict>;
    readonly forget: () => void;
  };
  /** Resolves with why a request is refused, or undefined when it may go on. Never rejects. */
  readonly decide: (connection: PeerConnection, facts: RequestFacts) => Promise<Refusal | undefined>;
}

const STRANGER: PeerVerdict = { trusted: false, why: "nobody has met the connection" };

export function createGate(options: GateOptions): Gate {
  // By ends, because the socket of a TLS connection is another object than the one that was accepted.
  const met = new Map<string, Promise<PeerVerdict>>();
  return {
    meet: (connection) => {
      const ends = endsOf(connection);
      const verdict = peerVerdict(options.peer, connection);
      met.set(ends, verdict);
      return {
        verdict,
        forget: () => {
          if (met.get(ends) === verdict) met.delete(ends);
        },
      };
    },
    decide: async (connection, facts) => {
      const peer = (await met.get(endsOf(connection))) ?? STRANGER;
      return judge({ ...facts, peer }, options);
    },
  };
}

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: PeerConnection): string {
  return [localAddress, localPort, remoteAddress, remotePort].map(String).join(" ");
}
