/**
 * The one HTTPS client of the command line. It connects to the loopback address and never through the name, which a hosts
 * file may map elsewhere, and it trusts the CA of this data directory alone, whatever the environment says.
 */
import { readFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { join } from "node:path";
import { CA_FILE } from "../certificates/generate.js";
import { asFailure, codeOf, describe } from "../failure.js";
import type { Home } from "../home/home.js";

/** A busy machine still answers within it, milliseconds. */
const ANSWER_MS = 5000;
/** Far above the longest history: 100,000 spans of about 110 bytes. */
const MAX_ANSWER_BYTES = 64 << 20;

const ADDRESS = "127.0.0.1";
const NAME = "localhost";

/** A request that was not answered. */
export interface NoAnswer {
  /**
   * `closed`: nothing listens there. `silent`: no answer came in time. `untrusted`: what listens there does not prove itself by
   * the CA of this data directory. `broken`: the connection ended, or the answer cannot be taken.
   */
  readonly kind: "closed" | "silent" | "untrusted" | "broken";
  /** For a person, without a full stop. */
  readonly why: string;
}

export type Answer = { readonly kind: "answer"; readonly status: number; readonly body: string } | NoAnswer;

/** "localhost:38443"; HTTP leaves its default port out. */
export function authorityOf(port: number): string {
  return port === 443 ? NAME : `${NAME}:${port}`;
}

/** The CA of `home`, PEM; or why there is none. */
export function readAuthority(home: Home): { readonly ca: string } | NoAnswer {
  const file = join(home.certificates, CA_FILE);
  try {
    return { ca: readFileSync(file, "utf8") };
  } catch (thrown) {
    return { kind: "untrusted", why: asFailure(thrown)?.message ?? describe(thrown) };
  }
}

/**
 * What connects to the bridge on `port` and to nothing else, for https.request and ws. Everything that the environment could
 * change is set: NODE_TLS_REJECT_UNAUTHORIZED, NODE_EXTRA_CA_CERTS, NODE_OPTIONS (--tls-min-v1.0, --insecure-http-parser,
 * --use-openssl-ca, --use-env-proxy) and OPENSSL_CONF.
 */
export function connectionOptions(
  port: number,
  ca: string,
): Omit<RequestOptions, "headers"> & { readonly headers: Readonly<Record<string, string>> } {
  return {
    host: ADDRESS,
    servername: NAME,
    port,
    headers: { Host: authorityOf(port) },
    ca,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    insecureHTTPParser: false,
    agent: false,
  };
}

/** GET `path` of the bridge of `home` on `port`. Never rejects. */
export function ask(home: Home, port: number, path: string): Promise<Answer> {
  const authority = readAuthority(home);
  if (!("ca" in authority)) return Promise.resolve(authority);
  const late = AbortSignal.timeout(ANSWER_MS);
  return new Promise((resolve) => {
    const fail = (thrown: unknown): void => {
      resolve(late.aborted ? { kind: "silent", why: `no answer came within ${ANSWER_MS / 1000} s` } : noAnswer(thrown));
    };
    try {
      const asked = request({ ...connectionOptions(port, authority.ca), path, signal: late }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) asked.destroy(new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`));
        });
        response.on("error", fail);
        response.on("end", () => {
          resolve({ kind: "answer", status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
        });
      });
      asked.on("error", fail);
      asked.end();
    } catch (thrown) {
      // The CA's file holds no certificate.
      resolve({ kind: "untrusted", why: describe(thrown) });
    }
  });
}

/** What an error of a connection means. */
export function noAnswer(thrown: unknown): NoAnswer {
  const code = codeOf(thrown) ?? "";
  if (code === "ECONNREFUSED") return { kind: "closed", why: "nothing listens on its port" };
  if (/^(?:E[A-Z]+|HPE_\w+|ABORT_ERR)$/.test(code) && code !== "EPROTO")
    return { kind: "broken", why: `the connection ended (${code})` };
  if (code === "" || code === "ERR_STREAM_PREMATURE_CLOSE") return { kind: "broken", why: describe(thrown) };
  // OpenSSL's reasons have codes of their own (CERT_HAS_EXPIRED); Node's are ERR_TLS_..., ERR_SSL_... and EPROTO.
  return { kind: "untrusted", why: `its certificate is refused (${code})` };
}
