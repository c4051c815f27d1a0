/** What a request says about itself, as it stood on the wire; nothing here is believed before a rule has looked at it. */
import type { IncomingMessage } from "node:http";

export interface RequestFacts {
  readonly method: string;
  /** The request target, undecoded. */
  readonly target: string;
  /** Whether the client asks to change the protocol (Node's `upgrade` event). */
  readonly upgrade: boolean;
  /** "1.1" or "1.0". */
  readonly httpVersion: string;
  /** Bytes of the header lines, without the values of Cookie: those are other programs', and nothing here reads them. */
  readonly headerBytes: number;
  /** Every value of the header, in order; names are lower-case. Empty when it was not sent. */
  readonly header: (name: string) => readonly string[];
}

/** Colon, space, CR and LF. */
const LINE_OVERHEAD = 4;

/**
 * Empties every Cookie header. Browsers send the cookies of all programs on localhost, whatever their port: they may be large, and
 * they may be secret.
 */
export function dropCookies({ rawHeaders, headers }: IncomingMessage): void {
  if (headers.cookie !== undefined) headers.cookie = "";
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === "cookie") rawHeaders[index + 1] = "";
  }
}

export function factsOf(request: IncomingMessage, upgrade: boolean): RequestFacts {
  // Node's own `headers` keeps only the first of a doubled Host or Origin; the gate must see them all.
  const headers = new Map<string, string[]>();
  const raw = request.rawHeaders;
  let headerBytes = 0;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    headerBytes += name.length + (name === "cookie" ? 0 : value.length) + LINE_OVERHEAD;
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    upgrade,
    httpVersion: request.httpVersion,
    headerBytes,
    header: (name) => headers.get(name) ?? [],
  };
}

/** The path of the target, without the query. */
export function pathOf(facts: RequestFacts): string {
  const query = facts.target.indexOf("?");
  return query < 0 ? facts.target : facts.target.slice(0, query);
}
