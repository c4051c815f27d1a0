/** What a request says about itself, as it stood on the wire; nothing here is believed before a rule has looked at it. */
import type { IncomingMessage } from "node:http";

export interface RequestFacts {
  readonly method: string;
  /** The request target, undecoded. */
  readonly target: string;
  /** Whether the client asks to change the protocol (Node's `upgrade` event). */
  readonly upgrade: boolean;
  /** Every value of the header, in order; names are lower-case. Empty when it was not sent. */
  readonly header: (name: string) => readonly string[];
}

export function factsOf(request: IncomingMessage, upgrade: boolean): RequestFacts {
  // Node's own `headers` keeps only the first of a doubled Host or Origin; the gate must see them all.
  const headers = new Map<string, string[]>();
  const raw = request.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    upgrade,
    header: (name) => headers.get(name) ?? [],
  };
}

/** The path of the target, without the query. */
export function pathOf(facts: RequestFacts): string {
  const query = facts.target.indexOf("?");
  return query < 0 ? facts.target : facts.target.slice(0, query);
}
