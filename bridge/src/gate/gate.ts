/** The gate: decides who may connect, before a state byte goes out. The one place where its parts are put together. */
import type { RequestFacts } from "./facts.js";
import { peerRefusal, type PeerCheck, type PeerConnection } from "./peer.js";
import { judge, type Ours, type Refusal } from "./rules.js";

export interface GateOptions {
  readonly ours: Ours;
  /** Each must say that the peer is trusted; one that says no, throws or is late refuses. */
  readonly peers: readonly PeerCheck[];
}

export interface Gate {
  /** Begins to find out who the peer is. Once per connection, as early as possible. */
  accept(connection: PeerConnection): void;
  /** Resolves with why the request is refused, or undefined when it may go on. Never rejects. */
  decide(connection: PeerConnection, facts: RequestFacts): Promise<Refusal | undefined>;
}

export function createGate({ ours, peers }: GateOptions): Gate {
  const verdicts = new WeakMap<PeerConnection, Promise<Refusal | undefined>>();

  const accept = (connection: PeerConnection): Promise<Refusal | undefined> => {
    const known = verdicts.get(connection);
    if (known !== undefined) return known;
    const verdict = peerRefusal(peers, connection);
    verdicts.set(connection, verdict);
    return verdict;
  };

  return {
    accept(connection) {
      void accept(connection);
    },
    async decide(connection, facts) {
      return (await accept(connection)) ?? judge(facts, ours);
    },
  };
}
