// The same TLS for everybody: the product's certificate, its least version and its protocol.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import process from "node:process";

export function secureServer(handler) {
  const folder = process.env.BENCH_CERTIFICATES;
  const read = (name) => readFileSync(join(folder, name), "utf8");
  return createServer(
    { key: read("localhost.key"), cert: read("localhost.crt"), minVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] },
    handler,
  );
}

export function listen(server, port = 0) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, () => resolve(server.address().port));
  });
}
